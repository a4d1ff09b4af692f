import type { Cursor, QName } from './cursor.js'
import { LIFTED_MARK } from './lift.js'
import type { XmlLimits } from './limits.js'
import {
  XmlElement,
  XML_NAMESPACE,
  XMLNS_NAMESPACE,
  resolvePrefix,
  type NamespaceDeclaration,
  type Scope,
  type XmlAttribute,
} from './tree.js'

/** Stock canonicalisers tell declarations by the letters "xmlns"; look-alikes have no honest use. */
const LOOK_ALIKE = /^xmlns/i
/** Namespace names are echoed into canonical form; nothing that would need care there is let in. */
const UNSAFE_URI = /["'<>&\s]/
/** A relative name has no canonical form. Source: Canonical XML 1.0 §1.3; RFC 3986 §3.1 */
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:/

interface WrittenAttribute extends QName {
  readonly value: string
}

/** Reads start tags: attributes, namespace declarations, and what the names mean. Source: XML 1.0 §3.1, Namespaces in XML 1.0. */
export class StartTags {
  readonly #cursor: Cursor
  readonly #limits: XmlLimits
  #elements = 0
  #attributes = 0

  constructor(cursor: Cursor, limits: XmlLimits) {
    this.#cursor = cursor
    this.#limits = limits
  }

  /** Reads the start tag at the cursor into a child of `parent`; `isEmpty` when no end tag follows. */
  read(parent: XmlElement | null): { element: XmlElement; isEmpty: boolean } {
    const offset = this.#cursor.at
    if (++this.#elements > this.#limits.elements)
      this.#cursor.fail('XML_TOO_COMPLEX', `More than ${this.#limits.elements} elements`)
    this.#cursor.at++
    const name = this.#cursor.qname()
    const written = this.#writtenAttributes()
    const element = this.#element(parent, name, written, offset)
    parent?.children.push(element)
    const isEmpty = this.#cursor.text[this.#cursor.at] === '/'
    if (isEmpty && this.#cursor.text[++this.#cursor.at] !== '>')
      this.#cursor.fail('XML_MALFORMED', 'A "/" inside a tag')
    this.#cursor.at++
    return { element, isEmpty }
  }

  /** Reads attributes as they stand, up to the `>` or `/` that ends the tag. */
  #writtenAttributes(): WrittenAttribute[] {
    const found: WrittenAttribute[] = []
    for (;;) {
      const before = this.#cursor.at
      this.#cursor.space()
      const c = this.#cursor.text.charCodeAt(this.#cursor.at)
      if (c === 0x3e || c === 0x2f) return found
      if (this.#cursor.at >= this.#cursor.text.length) this.#cursor.fail('XML_MALFORMED', 'A tag is not closed')
      if (this.#cursor.at === before) this.#cursor.fail('XML_MALFORMED', 'White space is missing between attributes')
      if (found.length >= this.#limits.attributesPerElement)
        this.#cursor.fail('XML_TOO_COMPLEX', `More than ${this.#limits.attributesPerElement} attributes on one element`)
      if (++this.#attributes > this.#limits.attributes)
        this.#cursor.fail('XML_TOO_COMPLEX', `More than ${this.#limits.attributes} attributes`)
      const name = this.#cursor.qname()
      if (found.some((other) => other.prefix === name.prefix && other.local === name.local))
        this.#cursor.fail('XML_MALFORMED', 'An attribute stands twice on one element')
      this.#cursor.space()
      if (this.#cursor.text[this.#cursor.at] !== '=') this.#cursor.fail('XML_MALFORMED', 'An attribute has no value')
      this.#cursor.at++
      this.#cursor.space()
      found.push({ prefix: name.prefix, local: name.local, value: this.#attributeValue() })
    }
  }

  #attributeValue(): string {
    const quote = this.#cursor.text[this.#cursor.at]
    if (quote !== '"' && quote !== "'") this.#cursor.fail('XML_MALFORMED', 'An attribute value has no quotes')
    const end = this.#cursor.text.indexOf(quote, this.#cursor.at + 1)
    if (end < 0) this.#cursor.fail('XML_MALFORMED', 'An attribute value is not closed')
    if (end - this.#cursor.at > this.#limits.valueLength)
      this.#cursor.fail('XML_TOO_COMPLEX', `An attribute value is longer than ${this.#limits.valueLength}`)
    const raw = this.#cursor.text.slice(this.#cursor.at + 1, end)
    if (raw.includes('<') || raw.includes(LIFTED_MARK)) this.#cursor.fail('XML_MALFORMED', '"<" in an attribute value')
    this.#cursor.at = end + 1
    // XML 1.0 §3.3.3: literal white space becomes a space, white space written as a reference stays.
    return this.#cursor.resolve(/[\t\n]/.test(raw) ? raw.replace(/[\t\n]/g, ' ') : raw)
  }

  #element(parent: XmlElement | null, name: QName, written: readonly WrittenAttribute[], offset: number): XmlElement {
    const { prefix, local } = name
    let scope = parent === null ? null : parent.scope
    const declarations: NamespaceDeclaration[] = []
    const attributes: XmlAttribute[] = []
    for (const a of written) {
      const declaration = this.#declarationOf(a)
      if (declaration === null) continue
      declarations.push(declaration)
      scope = { prefix: declaration.prefix, uri: declaration.uri, outer: scope }
    }
    if (declarations.length > 0) this.#boundScope(scope)
    if (written.length > declarations.length) {
      for (const a of written) if (!isDeclaration(a)) attributes.push(this.#attribute(a, scope, attributes))
    }
    return new XmlElement({
      prefix,
      local,
      namespace: this.#bound(scope, prefix),
      parent,
      scope,
      attributes,
      declarations,
      offset,
    })
  }

  #attribute(a: WrittenAttribute, scope: Scope | null, before: readonly XmlAttribute[]): XmlAttribute {
    const namespace = a.prefix === '' ? '' : this.#bound(scope, a.prefix)
    if (before.some((other) => other.local === a.local && other.namespace === namespace)) {
      this.#cursor.fail('XML_MALFORMED', 'An attribute stands twice on one element')
    }
    return { prefix: a.prefix, local: a.local, namespace, value: a.value }
  }

  /** The namespace declaration that an attribute is, or null. Source: Namespaces in XML 1.0 §3. */
  #declarationOf(a: WrittenAttribute): NamespaceDeclaration | null {
    if (!isDeclaration(a)) {
      if (LOOK_ALIKE.test(a.local) || LOOK_ALIKE.test(a.prefix))
        this.#cursor.fail('XML_FORBIDDEN', 'An attribute that looks like a namespace declaration')
      return null
    }
    const isDefault = a.prefix === ''
    const prefix = isDefault ? '' : a.local
    if (UNSAFE_URI.test(a.value))
      this.#cursor.fail('XML_FORBIDDEN', 'A namespace name with quotes, white space or markup')
    const reserved = prefix === 'xml' ? a.value !== XML_NAMESPACE : a.value === XML_NAMESPACE
    if (reserved || prefix === 'xmlns' || a.value === XMLNS_NAMESPACE)
      this.#cursor.fail('XML_MALFORMED', 'A reserved prefix or namespace name is declared')
    if (!isDefault && a.value === '')
      this.#cursor.fail('XML_MALFORMED', 'A prefix is declared without a namespace name')
    if (a.value !== '' && !ABSOLUTE_URI.test(a.value))
      this.#cursor.fail('XML_FORBIDDEN', 'A namespace name that is no absolute URI')
    return { prefix, uri: a.value }
  }

  #boundScope(scope: Scope | null): void {
    let count = 0
    for (let s = scope; s !== null; s = s.outer) count++
    if (count > this.#limits.namespacesInScope)
      this.#cursor.fail(
        'XML_TOO_COMPLEX',
        `More than ${this.#limits.namespacesInScope} namespace declarations in scope`,
      )
  }

  #bound(scope: Scope | null, prefix: string): string {
    const namespace = prefix === 'xmlns' ? null : resolvePrefix(scope, prefix)
    if (namespace === null) this.#cursor.fail('XML_MALFORMED', 'A prefix has no namespace declaration')
    return namespace
  }
}

const isDeclaration = (a: QName): boolean => a.prefix === 'xmlns' || (a.prefix === '' && a.local === 'xmlns')
