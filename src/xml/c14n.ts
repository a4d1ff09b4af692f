import { LiftedText, XmlElement, resolvePrefix, type NamespaceDeclaration, type XmlAttribute } from './tree.js'

/** Receives canonical octets in order: strings are UTF-8 text, buffers are octets as they are. */
export interface CanonicalSink {
  (part: string | Buffer): void
}

/** Characters collected before they are handed on; joins many small pieces into few hash updates. */
const FLUSH_LENGTH = 16 * 1024

/**
 * Writes the exclusive canonical form, without comments, of an element and everything below it.
 * @param inclusivePrefixes  the PrefixList of InclusiveNamespaces; `#default` names the default namespace
 * Source: Exclusive XML Canonicalization 1.0 §3; Canonical XML 1.0 §2.3
 */
export function canonicalize(apex: XmlElement, inclusivePrefixes: readonly string[], sink: CanonicalSink): void {
  const writer = new CanonicalWriter(new Set(inclusivePrefixes.map((p) => (p === '#default' ? '' : p))), sink)
  writer.element(apex, null, true)
  writer.flush()
}

/** The canonical form as one string; for small parts such as SignedInfo. */
export function canonicalString(apex: XmlElement, inclusivePrefixes: readonly string[] = []): string {
  let out = ''
  canonicalize(apex, inclusivePrefixes, (part) => (out += typeof part === 'string' ? part : part.toString('latin1')))
  return out
}

/** Namespace declarations already written by output ancestors, innermost first. */
interface Rendered extends NamespaceDeclaration {
  readonly outer: Rendered | null
}

class CanonicalWriter {
  readonly #inclusive: ReadonlySet<string>
  readonly #sink: CanonicalSink
  #pending = ''

  constructor(inclusive: ReadonlySet<string>, sink: CanonicalSink) {
    this.#inclusive = inclusive
    this.#sink = sink
  }

  flush(): void {
    if (this.#pending !== '') this.#sink(this.#pending)
    this.#pending = ''
  }

  element(element: XmlElement, outer: Rendered | null, isApex = false): void {
    const name = element.name
    let rendered = outer
    let tag = `<${name}`
    for (const declaration of this.#declarationsOf(element, outer, isApex)) {
      tag +=
        declaration.prefix === ''
          ? ` xmlns="${attributeText(declaration.uri)}"`
          : ` xmlns:${declaration.prefix}="${attributeText(declaration.uri)}"`
      rendered = { prefix: declaration.prefix, uri: declaration.uri, outer: rendered }
    }
    for (const a of sortedAttributes(element.attributes))
      tag += ` ${a.prefix === '' ? a.local : `${a.prefix}:${a.local}`}="${attributeText(a.value)}"`
    this.#write(`${tag}>`)
    for (const child of element.children) {
      if (typeof child === 'string') this.#write(characterText(child))
      else if (child instanceof XmlElement) this.element(child, rendered)
      else this.#lifted(child)
    }
    this.#write(`</${name}>`)
  }

  /** Declarations to write on this element, in the order of their prefixes. */
  #declarationsOf(element: XmlElement, outer: Rendered | null, isApex: boolean): NamespaceDeclaration[] {
    const found: NamespaceDeclaration[] = []
    const consider = (prefix: string): void => {
      if (prefix === 'xml' || found.some((d) => d.prefix === prefix)) return
      const uri = resolvePrefix(element.scope, prefix)
      if (uri === null || uri === (renderedUri(outer, prefix) ?? '')) return
      found.push({ prefix, uri })
    }
    consider(element.prefix)
    for (const a of element.attributes) if (a.prefix !== '') consider(a.prefix)
    if (isApex) for (const prefix of this.#inclusive) consider(prefix)
    // Below the apex a listed prefix changes only where it is declared.
    else for (const { prefix } of element.declarations) if (this.#inclusive.has(prefix)) consider(prefix)
    return found.length > 1 ? found.sort((a, b) => compareCodePoints(a.prefix, b.prefix)) : found
  }

  #lifted(text: LiftedText): void {
    this.flush()
    const { bytes } = text
    if (!bytes.includes(13)) return this.#sink(bytes)
    for (let at = 0; at < bytes.length;) {
      // A piece never ends behind a CR, so that each pair of CR and LF is seen whole.
      let end = Math.min(bytes.length, at + FLUSH_LENGTH)
      while (end < bytes.length && bytes[end - 1] === 13) end++
      this.#sink(bytes.toString('latin1', at, end).replace(/\r\n?/g, '\n'))
      at = end
    }
  }

  #write(text: string): void {
    this.#pending += text
    if (this.#pending.length > FLUSH_LENGTH) this.flush()
  }
}

function renderedUri(rendered: Rendered | null, prefix: string): string | null {
  for (let r = rendered; r !== null; r = r.outer) if (r.prefix === prefix) return r.uri
  return null
}

function sortedAttributes(attributes: readonly XmlAttribute[]): readonly XmlAttribute[] {
  if (attributes.length < 2) return attributes
  return [...attributes].sort(
    (a, b) => compareCodePoints(a.namespace, b.namespace) || compareCodePoints(a.local, b.local),
  )
}

/** Order by Unicode code point; JavaScript's own order is by UTF-16 unit, which differs above U+D800. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** UTF-16 units in the order of the code points they begin: surrogates come last. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

function characterText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, escapeCharacter) : text
}

function attributeText(text: string): string {
  return /[&<"\t\n\r]/.test(text) ? text.replace(/[&<"\t\n\r]/g, escapeCharacter) : text
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

const escapeCharacter = (c: string): string => ESCAPES[c]!
