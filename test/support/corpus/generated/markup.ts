export interface Name {
  readonly prefix: string
  readonly uri: string
  readonly local: string
}

/** An element as it will be written; declarations that it needs and nobody has made are added in writing. */
export interface Markup {
  readonly name: Name
  /** declarations that nobody may need */
  readonly declare?: readonly (readonly [prefix: string, uri: string])[]
  /** values as they are written, but for the quotes around them */
  readonly attributes?: readonly (readonly [name: Name, value: string])[]
  readonly content?: readonly (string | Markup)[]
  readonly quote?: '"' | "'"
  /** written as one empty-element tag when there is no content */
  readonly short?: boolean
  /** white space before each attribute */
  readonly space?: string
  /** attributes stand before declarations */
  readonly late?: boolean
}

const XML = 'http://www.w3.org/XML/1998/namespace'
type Scope = ReadonlyMap<string, string>
export const outermost: Scope = new Map([['xml', XML]])

export const named = (prefix: string, uri: string, local: string): Name => ({ prefix, uri, local })
const qualified = ({ prefix, local }: Name): string => (prefix === '' ? local : `${prefix}:${local}`)

/** Writes an element so that every name means what it says; attributes that cannot be had are left out. */
export function write(markup: Markup, scope: Scope = outermost): string {
  const { name, content = [], quote = '"', short = false, space = ' ', late = false } = markup
  const bound = new Map([[name.prefix, name.uri]])
  const attributes = (markup.attributes ?? []).filter(attributeFits(bound))
  const own = declarationsOf(markup, bound, scope)
  const inner = new Map([...scope, ...own])
  const quoted = (value: string): string =>
    `${quote}${value.replaceAll(quote, quote === '"' ? '&quot;' : '&apos;')}${quote}`
  const declared = [...own].map(([prefix, uri]) => `${space}xmlns${prefix === '' ? '' : `:${prefix}`}=${quoted(uri)}`)
  const written = attributes.map(([attribute, value]) => `${space}${qualified(attribute)}=${quoted(value)}`)
  const open = `<${qualified(name)}${(late ? [...written, ...declared] : [...declared, ...written]).join('')}`
  const inside = content.map((part) => (typeof part === 'string' ? part : write(part, inner))).join('')
  return inside === '' && short ? `${open}/>` : `${open}>${inside}</${qualified(name)}>`
}

/** Whether an attribute can stand on the element: once by its expanded name, its prefix free or bound alike. */
function attributeFits(bound: Map<string, string>): (attribute: readonly [Name, string]) => boolean {
  const seen = new Set<string>()
  return ([{ prefix, uri, local }]) => {
    const expanded = `${uri} ${local}`
    const isFree = uri === '' ? prefix === '' : prefix !== '' && (bound.get(prefix) ?? uri) === uri
    if (!isFree || seen.has(expanded)) return false
    seen.add(expanded)
    if (uri !== '') bound.set(prefix, uri)
    return true
  }
}

function declarationsOf({ declare = [] }: Markup, bound: Map<string, string>, scope: Scope): Map<string, string> {
  const own = new Map<string, string>()
  for (const [prefix, uri] of declare)
    if ((bound.get(prefix) ?? uri) === uri && (prefix === '' || uri !== '')) own.set(prefix, uri)
  for (const [prefix, uri] of bound) if (!own.has(prefix) && (scope.get(prefix) ?? '') !== uri) own.set(prefix, uri)
  return own
}
