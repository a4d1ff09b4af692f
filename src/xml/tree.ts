/**
 * The tree of a document as it was read: what canonicalisation digests and what the application reads are these
 * same objects. Comments and CDATA borders are gone, references are resolved, line ends are LF.
 */
export interface XmlAttribute {
  readonly prefix: string
  readonly local: string
  readonly namespace: string
  readonly value: string
}

/** `xmlns:prefix="uri"`; the default namespace has the prefix ''. */
export interface NamespaceDeclaration {
  readonly prefix: string
  readonly uri: string
}

/** Namespace declarations in scope, innermost first. */
export interface Scope extends NamespaceDeclaration {
  readonly outer: Scope | null
}

/**
 * A long run of base64 characters and white space that was never turned into a string: bytes of the request buffer.
 * Base64 needs no escaping in any form, so its canonical form is the run itself with CRLF and CR read as LF.
 */
export class LiftedText {
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
}

export type XmlText = string | LiftedText
export type XmlNode = XmlElement | XmlText

export class XmlElement {
  readonly prefix: string
  readonly local: string
  readonly namespace: string
  readonly parent: XmlElement | null
  /** in-scope declarations at this element, own ones included */
  readonly scope: Scope | null
  readonly attributes: readonly XmlAttribute[]
  readonly declarations: readonly NamespaceDeclaration[]
  /** character offset of the start tag in the text that was read; see `XmlDocument.positionOf` */
  readonly offset: number
  readonly children: XmlNode[] = []

  constructor(fields: {
    prefix: string
    local: string
    namespace: string
    parent: XmlElement | null
    scope: Scope | null
    attributes: readonly XmlAttribute[]
    declarations: readonly NamespaceDeclaration[]
    offset: number
  }) {
    this.prefix = fields.prefix
    this.local = fields.local
    this.namespace = fields.namespace
    this.parent = fields.parent
    this.scope = fields.scope
    this.attributes = fields.attributes
    this.declarations = fields.declarations
    this.offset = fields.offset
  }

  get name(): string {
    return this.prefix === '' ? this.local : `${this.prefix}:${this.local}`
  }

  is(namespace: string, local: string): boolean {
    return this.local === local && this.namespace === namespace
  }

  /** Child elements in document order. */
  elements(): XmlElement[] {
    return this.children.filter((child) => child instanceof XmlElement)
  }

  /** Child elements of one name, in document order. */
  all(namespace: string, local: string): XmlElement[] {
    return this.elements().filter((child) => child.is(namespace, local))
  }

  /** Value of the attribute with this expanded name, null when absent. */
  attribute(namespace: string, local: string): string | null {
    for (const a of this.attributes) if (a.local === local && a.namespace === namespace) return a.value
    return null
  }

  /** Own character data (not that of child elements); long base64 runs are materialised. */
  text(): string {
    let text = ''
    for (const child of this.children) {
      if (typeof child === 'string') text += child
      else if (child instanceof LiftedText) text += child.bytes.toString('latin1').replace(/\r\n?/g, '\n')
    }
    return text
  }

  /** Own character data in pieces, long base64 runs as bytes. */
  textPieces(): XmlText[] {
    return this.children.filter((child): child is XmlText => !(child instanceof XmlElement))
  }
}

/** The namespace name bound to a prefix at an element; '' when the default namespace is not set; null when unbound. */
export function resolvePrefix(scope: Scope | null, prefix: string): string | null {
  if (prefix === 'xml') return XML_NAMESPACE
  for (let s = scope; s !== null; s = s.outer) if (s.prefix === prefix) return s.uri
  return prefix === '' ? '' : null
}

export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'
export const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/'
