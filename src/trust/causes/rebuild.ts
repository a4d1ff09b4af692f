import { XmlElement } from '../../xml/index.js'

type Scope = XmlElement['scope']
type Declaration = XmlElement['declarations'][number]

export interface Rebuilding {
  /** declarations in scope around the element, instead of those that are */
  readonly around: readonly Declaration[]
  /** declarations that its children get besides their own */
  readonly onChildren?: readonly Declaration[]
  /** elements that are left out */
  readonly without?: ReadonlySet<XmlElement>
}

/** A copy of an element as if its namespaces had been declared elsewhere, or something in it were not there. */
export function rebuilt(element: XmlElement, { around, onChildren = [], without }: Rebuilding): XmlElement {
  const outer = extended(null, around)
  return copy(element, outer, 0)

  function copy(from: XmlElement, scope: Scope, depth: number): XmlElement {
    const declarations = depth === 1 ? [...onChildren, ...from.declarations] : from.declarations
    const own = extended(scope, declarations)
    const { prefix, local, namespace, attributes, offset } = from
    const to = new XmlElement({
      prefix,
      local,
      namespace,
      parent: null,
      scope: own,
      attributes,
      declarations,
      offset,
    })
    for (const child of from.children) {
      if (!(child instanceof XmlElement)) to.children.push(child)
      else if (without?.has(child) !== true) to.children.push(copy(child, own, depth + 1))
    }
    return to
  }
}

const extended = (scope: Scope, declarations: readonly Declaration[]): Scope =>
  declarations.reduce<Scope>((outer, { prefix, uri }) => ({ prefix, uri, outer }), scope)

/** Declarations in scope around an element, each prefix once. */
export const scopeAround = (element: XmlElement): Declaration[] => listed(element.parent?.scope ?? null)

/** Declarations in scope at an element, its own included, each prefix once. */
export const scopeAt = (element: XmlElement): Declaration[] => listed(element.scope)

function listed(scope: Scope): Declaration[] {
  const found = new Map<string, string>()
  for (let s = scope; s !== null; s = s.outer) if (!found.has(s.prefix)) found.set(s.prefix, s.uri)
  return [...found].map(([prefix, uri]) => ({ prefix, uri }))
}

/** Every declaration of a document, in its order, each pair of prefix and name once. */
export function allDeclarations(root: XmlElement): Declaration[] {
  const found: Declaration[] = []
  const known = new Map<string, Set<string>>()
  const walk = (element: XmlElement): void => {
    for (const declaration of element.declarations) {
      const names = known.get(declaration.prefix) ?? new Set()
      if (names.size === 0) known.set(declaration.prefix, names)
      if (!names.has(declaration.uri)) found.push(declaration)
      names.add(declaration.uri)
    }
    for (const child of element.children) if (child instanceof XmlElement) walk(child)
  }
  walk(root)
  return found
}
