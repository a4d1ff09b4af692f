/** A tiny XML writer: a tree of elements, written the way a row's library writes it. */
export interface Element {
  name: string
  attributes: Record<string, string | undefined>
  content: string | Element[]
}
type Content = string | number | boolean | (Element | undefined)[] | undefined

/** An element, or nothing when its content is undefined; `''` and `[]` make an empty element. */
export function element(name: string, content: Content, attributes: Element['attributes'] = {}): Element | undefined {
  if (content === undefined) return undefined
  const children = Array.isArray(content) ? content.filter((child) => child !== undefined) : String(content)
  return { name, attributes, content: children }
}

export interface WritingStyle {
  /** Prefix of every element, '' for the default namespace. */
  prefix?: string
  /** How an element without content ends. */
  empty?: 'pair' | 'self-closing'
  /** Given, every element starts on its own line, this much deeper than its parent. */
  indent?: string
  escape?: (text: string) => string
}

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')

/** As template engines for HTML do it. */
export const escapeHtml = (text: string): string => escapeText(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;')

export const escapeAttribute = (text: string): string =>
  escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')

export const asCharacterReferences = (text: string): string =>
  text.replace(/[\u0080-\u{10ffff}]/gu, (char) => `&#x${char.codePointAt(0)!.toString(16).toUpperCase()};`)

export function write(node: Element | undefined, style: WritingStyle = {}, depth = 0): string {
  if (!node) return ''
  const { prefix = '', empty = 'pair', indent, escape = escapeText } = style
  const name = prefix === '' ? node.name : `${prefix}:${node.name}`
  const attributes = Object.entries(node.attributes)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
    .join('')
  const lineStart = (level: number): string => (indent === undefined ? '' : `\n${indent.repeat(level)}`)
  if (node.content.length === 0 && empty === 'self-closing') return `${lineStart(depth)}<${name}${attributes}/>`
  const inner =
    typeof node.content === 'string'
      ? escape(node.content)
      : node.content.map((child) => write(child, style, depth + 1)).join('')
  const lineEnd = typeof node.content !== 'string' && node.content.length > 0 ? lineStart(depth) : ''
  return `${lineStart(depth)}<${name}${attributes}>${inner}${lineEnd}</${name}>`
}
