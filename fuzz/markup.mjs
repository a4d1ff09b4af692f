/**
 * XML as something to take apart and put together again: nothing is judged, nothing is lost, and what is no markup stays
 * text. It has to be independent of src/xml, whose faults are looked for with it.
 */
const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?=]+)((?:\s+[^\s<>/="']+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+|</g
const ATTRIBUTE = /(\s+)([^\s<>/="']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** A node is a string, written as it is, or an element { name, attributes: [{ name, value }], children, empty }. */
export function parseMarkup(text) {
  const root = { name: '', attributes: [], children: [], empty: false }
  const open = [root]
  for (const [token, endName, name, attributes, slash] of text.matchAll(TOKEN)) {
    const parent = open.at(-1)
    if (name !== undefined) {
      const element = { name, attributes: parseAttributes(attributes), children: [], empty: slash === '/' }
      parent.children.push(element)
      if (!element.empty) open.push(element)
    } else if (endName !== undefined && endName === parent.name && open.length > 1) {
      open.pop()
    } else {
      parent.children.push(token)
    }
  }
  return root
}

const parseAttributes = (text) =>
  [...text.matchAll(ATTRIBUTE)].map(([, space, name, double, single]) =>
    double === undefined ? { space, name, value: single, quote: "'" } : { space, name, value: double, quote: '"' },
  )

export const writeMarkup = (root) => root.children.map(writeNode).join('')

function writeNode(node) {
  if (typeof node === 'string') return node
  const attributes = node.attributes
    .map(({ space = ' ', name, value, quote = '"' }) => `${space}${name}=${quote}${value}${quote}`)
    .join('')
  if (node.empty && node.children.length === 0) return `<${node.name}${attributes}/>`
  return `<${node.name}${attributes}>${node.children.map(writeNode).join('')}</${node.name}>`
}

/** Every element below the root with its parent, in document order. */
export function listElements(root) {
  const found = []
  const walk = (parent) => {
    for (const node of parent.children) {
      if (typeof node === 'string') continue
      found.push({ node, parent })
      walk(node)
    }
  }
  walk(root)
  return found
}

/** Every piece of character data: { parent, at }, with the text itself at parent.children[at]. */
export function listTexts(root) {
  const found = []
  const walk = (parent) =>
    parent.children.forEach((node, at) => {
      if (typeof node !== 'string') walk(node)
      else if (!node.startsWith('<')) found.push({ parent, at })
    })
  walk(root)
  return found
}

export const copyOf = (node) =>
  typeof node === 'string'
    ? node
    : { ...node, attributes: node.attributes.map((a) => ({ ...a })), children: node.children.map(copyOf) }

export const localName = (name) => name.slice(name.indexOf(':') + 1)

export const isWithin = (node, ancestor) =>
  node === ancestor || ancestor.children.some((child) => typeof child !== 'string' && isWithin(node, child))

/**
 * Makes a tree well-formed again where moving and renaming broke it: declares prefixes that are not bound, and leaves no
 * attribute twice.
 * @param bindings  Map of prefix → namespace name
 */
export function mend(root, bindings) {
  const bind = (element, bound) => {
    const inside = new Set(bound)
    const names = new Set()
    element.attributes = element.attributes.filter(({ name }) => !names.has(name) && names.add(name))
    for (const name of names) if (name.startsWith('xmlns:')) inside.add(name.slice(6))
    for (const name of [element.name, ...names]) {
      const [prefix, local] = name.split(':')
      if (local === undefined || inside.has(prefix) || prefix === 'xmlns' || !bindings.has(prefix)) continue
      element.attributes.push({ name: `xmlns:${prefix}`, value: bindings.get(prefix) })
      inside.add(prefix)
    }
    for (const child of element.children) if (typeof child !== 'string') bind(child, inside)
  }
  for (const child of root.children) if (typeof child !== 'string') bind(child, new Set(['xml']))
}
