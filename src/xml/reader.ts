import { XmlError, type XmlErrorCode } from './error.js'
import { LIFTED_MARK, liftBase64, type Lifted } from './lift.js'
import { defaultLimits, type XmlLimits } from './limits.js'
import { endOfNcName } from './names.js'
import { resolveReferences } from './references.js'
import {
  LiftedText,
  XmlElement,
  XML_NAMESPACE,
  XMLNS_NAMESPACE,
  resolvePrefix,
  type NamespaceDeclaration,
  type Scope,
  type XmlAttribute,
} from './tree.js'

/** A document that was read once, from these bytes, and will not be read again. */
export interface XmlDocument {
  readonly root: XmlElement
  /** Line and column, both from 1, of a character offset such as `XmlElement.offset`. */
  positionOf(offset: number): { line: number; column: number }
}

const ILLEGAL = /[\u0000\u0002-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])1\.0\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])[A-Za-z][A-Za-z0-9._-]*\2)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\3)?[ \t\n]*\?>/y
/** Namespace names are echoed into canonical form; nothing that would need care there is let in. */
const LOOK_ALIKE = /^xmlns/i
const UNSAFE_URI = /["'<>&\s]/

/**
 * Reads UTF-8 bytes into a tree, strictly: well-formed with namespaces or refused, no DOCTYPE, no processing
 * instruction, every bound of `limits` kept while reading. Long base64 texts stay slices of `utf8`.
 * @throws XmlError
 * Source: XML 1.0 (fifth edition), Namespaces in XML 1.0, SOAP 1.1 §3; design.md D3, D5
 */
export function readXml(utf8: Buffer, limits: XmlLimits = defaultLimits): XmlDocument {
  return new Reader(liftBase64(utf8), limits).document()
}

class Reader {
  readonly #text: string
  readonly #lifted: Lifted
  readonly #limits: XmlLimits
  #at = 0
  #nextRun = 0
  #elements = 0
  #attributes = 0
  #comments = 0
  /** whether the start tag read last was an empty-element tag */
  #tagWasEmpty = false

  constructor(lifted: Lifted, limits: XmlLimits) {
    this.#lifted = lifted
    // XML 1.0 §2.11: line ends are normalised before anything is parsed.
    this.#text = lifted.text.includes('\r') ? lifted.text.replace(/\r\n?/g, '\n') : lifted.text
    this.#limits = limits
  }

  document(): XmlDocument {
    const illegal = ILLEGAL.exec(this.#text)
    if (illegal) this.#fail('XML_MALFORMED', 'A character that XML does not allow', illegal.index)
    this.#declaration()
    this.#misc()
    if (this.#at >= this.#text.length) this.#fail('XML_MALFORMED', 'The document has no element')
    if (this.#text[this.#at] !== '<') this.#fail('XML_MALFORMED', 'Text before the first element')
    const root = this.#tree()
    this.#misc()
    if (this.#at < this.#text.length) this.#fail('XML_MALFORMED', 'Something stands behind the last element')
    return { root, positionOf: (offset) => positionOf(this.#text, this.#lifted, offset) }
  }

  #declaration(): void {
    if (!this.#text.startsWith('<?xml') || !/[ \t\n]/.test(this.#text[5] ?? '')) return
    DECLARATION.lastIndex = 0
    if (!DECLARATION.test(this.#text)) this.#fail('XML_MALFORMED', 'The XML declaration is not one of XML 1.0')
    this.#at = DECLARATION.lastIndex
  }

  /** White space and comments around the root. */
  #misc(): void {
    for (;;) {
      this.#space()
      if (!this.#text.startsWith('<!--', this.#at)) break
      this.#comment()
    }
    this.#refuseMarkup()
  }

  #tree(): XmlElement {
    const root = this.#startTag(null)
    let depth = 1
    let open: XmlElement | null = this.#tagWasEmpty ? null : root
    while (open !== null) {
      if (this.#content(open)) {
        this.#endTag(open)
        open = open.parent
        depth--
        continue
      }
      const child = this.#startTag(open)
      if (this.#tagWasEmpty) continue
      open = child
      if (++depth > this.#limits.depth) this.#fail('XML_TOO_COMPLEX', `Elements nest deeper than ${this.#limits.depth}`)
    }
    return root
  }

  /** Reads character data, CDATA and comments into `parent`; true when an end tag follows, false when a start tag does. */
  #content(parent: XmlElement): boolean {
    const text = this.#text
    for (;;) {
      const next = text.indexOf('<', this.#at)
      if (next < 0) this.#fail('XML_MALFORMED', `The element ${parent.name} is not closed`, parent.offset)
      if (next > this.#at) this.#characterData(parent, text.slice(this.#at, next))
      this.#at = next
      const c = text.charCodeAt(next + 1)
      if (c === 0x2f) return true
      if (c !== 0x21 && c !== 0x3f) return false
      if (text.startsWith('<!--', next)) this.#comment()
      else if (text.startsWith('<![CDATA[', next)) this.#cdata(parent)
      else this.#refuseMarkup()
    }
  }

  #characterData(parent: XmlElement, raw: string): void {
    if (raw.includes(']]>')) this.#fail('XML_MALFORMED', '"]]>" in character data')
    if (!raw.includes('&')) return this.#append(parent, raw)
    const resolved = resolveReferences(raw)
    if (resolved === null) this.#fail('XML_MALFORMED', 'A reference that XML does not define')
    this.#append(parent, resolved)
  }

  #cdata(parent: XmlElement): void {
    const end = this.#text.indexOf(']]>', this.#at + 9)
    if (end < 0) this.#fail('XML_MALFORMED', 'A CDATA section is not closed')
    this.#append(parent, this.#text.slice(this.#at + 9, end))
    this.#at = end + 3
  }

  /** Adds text, joining it with text before it, and puts lifted runs back where their marks stand. */
  #append(parent: XmlElement, text: string): void {
    if (!text.includes(LIFTED_MARK)) return appendString(parent, text)
    text.split(LIFTED_MARK).forEach((piece, i) => {
      if (i > 0) parent.children.push(new LiftedText(this.#lifted.runs[this.#nextRun++]!))
      appendString(parent, piece)
    })
  }

  #comment(): void {
    if (++this.#comments > this.#limits.comments)
      this.#fail('XML_TOO_COMPLEX', `More than ${this.#limits.comments} comments`)
    const end = this.#text.indexOf('--', this.#at + 4)
    if (end < 0 || this.#text[end + 2] !== '>')
      this.#fail('XML_MALFORMED', 'A comment that is not closed, or holds "--"')
    for (
      let i = this.#text.indexOf(LIFTED_MARK, this.#at);
      i >= 0 && i < end;
      i = this.#text.indexOf(LIFTED_MARK, i + 1)
    )
      this.#nextRun++
    this.#at = end + 3
  }

  #startTag(parent: XmlElement | null): XmlElement {
    const offset = this.#at
    if (++this.#elements > this.#limits.elements)
      this.#fail('XML_TOO_COMPLEX', `More than ${this.#limits.elements} elements`)
    this.#at++
    const name = this.#qname()
    const written = this.#writtenAttributes()
    const element = this.#element(parent, name, written, offset)
    parent?.children.push(element)
    this.#tagWasEmpty = this.#text[this.#at] === '/'
    if (this.#tagWasEmpty && this.#text[++this.#at] !== '>') this.#fail('XML_MALFORMED', 'A "/" inside a tag')
    this.#at++
    return element
  }

  #endTag(element: XmlElement): void {
    const name = element.name
    if (!this.#text.startsWith(name, this.#at + 2))
      this.#fail('XML_MALFORMED', `The element ${name} is closed by another end tag`)
    this.#at += 2 + name.length
    this.#space()
    if (this.#text[this.#at] !== '>') this.#fail('XML_MALFORMED', `The end tag of ${name} is not closed`)
    this.#at++
  }

  /** Reads attributes as they stand, up to the `>` or `/` that ends the tag. */
  #writtenAttributes(): WrittenAttribute[] {
    const found: WrittenAttribute[] = []
    for (;;) {
      const before = this.#at
      this.#space()
      const c = this.#text.charCodeAt(this.#at)
      if (c === 0x3e || c === 0x2f) return found
      if (this.#at >= this.#text.length) this.#fail('XML_MALFORMED', 'A tag is not closed')
      if (this.#at === before) this.#fail('XML_MALFORMED', 'White space is missing between attributes')
      if (found.length >= this.#limits.attributesPerElement)
        this.#fail('XML_TOO_COMPLEX', `More than ${this.#limits.attributesPerElement} attributes on one element`)
      if (++this.#attributes > this.#limits.attributes)
        this.#fail('XML_TOO_COMPLEX', `More than ${this.#limits.attributes} attributes`)
      const name = this.#qname()
      if (found.some((other) => other.prefix === name.prefix && other.local === name.local))
        this.#fail('XML_MALFORMED', 'An attribute stands twice on one element')
      this.#space()
      if (this.#text[this.#at] !== '=') this.#fail('XML_MALFORMED', 'An attribute has no value')
      this.#at++
      this.#space()
      found.push({ prefix: name.prefix, local: name.local, value: this.#attributeValue() })
    }
  }

  #attributeValue(): string {
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") this.#fail('XML_MALFORMED', 'An attribute value has no quotes')
    const end = this.#text.indexOf(quote, this.#at + 1)
    if (end < 0) this.#fail('XML_MALFORMED', 'An attribute value is not closed')
    if (end - this.#at > this.#limits.valueLength)
      this.#fail('XML_TOO_COMPLEX', `An attribute value is longer than ${this.#limits.valueLength}`)
    const raw = this.#text.slice(this.#at + 1, end)
    if (raw.includes('<') || raw.includes(LIFTED_MARK)) this.#fail('XML_MALFORMED', '"<" in an attribute value')
    this.#at = end + 1
    // XML 1.0 §3.3.3: literal white space becomes a space, white space written as a reference stays.
    const resolved = resolveReferences(/[\t\n]/.test(raw) ? raw.replace(/[\t\n]/g, ' ') : raw)
    if (resolved === null) this.#fail('XML_MALFORMED', 'A reference that XML does not define')
    return resolved
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
      this.#fail('XML_MALFORMED', 'An attribute stands twice on one element')
    }
    return { prefix: a.prefix, local: a.local, namespace, value: a.value }
  }

  /** The namespace declaration that an attribute is, or null. Source: Namespaces in XML 1.0 §3. */
  #declarationOf(a: WrittenAttribute): NamespaceDeclaration | null {
    if (!isDeclaration(a)) {
      // Stock canonicalisers tell declarations by the letters "xmlns"; look-alikes have no honest use.
      if (LOOK_ALIKE.test(a.local) || LOOK_ALIKE.test(a.prefix))
        this.#fail('XML_FORBIDDEN', 'An attribute that looks like a namespace declaration')
      return null
    }
    const isDefault = a.prefix === ''
    const prefix = isDefault ? '' : a.local
    if (UNSAFE_URI.test(a.value)) this.#fail('XML_FORBIDDEN', 'A namespace name with quotes, white space or markup')
    const reserved = prefix === 'xml' ? a.value !== XML_NAMESPACE : a.value === XML_NAMESPACE
    if (reserved || prefix === 'xmlns' || a.value === XMLNS_NAMESPACE)
      this.#fail('XML_MALFORMED', 'A reserved prefix or namespace name is declared')
    if (!isDefault && a.value === '') this.#fail('XML_MALFORMED', 'A prefix is declared without a namespace name')
    return { prefix, uri: a.value }
  }

  #boundScope(scope: Scope | null): void {
    let count = 0
    for (let s = scope; s !== null; s = s.outer) count++
    if (count > this.#limits.namespacesInScope)
      this.#fail('XML_TOO_COMPLEX', `More than ${this.#limits.namespacesInScope} namespace declarations in scope`)
  }

  #bound(scope: Scope | null, prefix: string): string {
    const namespace = prefix === 'xmlns' ? null : resolvePrefix(scope, prefix)
    if (namespace === null) this.#fail('XML_MALFORMED', 'A prefix has no namespace declaration')
    return namespace
  }

  #qname(): QName {
    const start = this.#at
    let end = endOfNcName(this.#text, start)
    if (end === start) this.#fail('XML_MALFORMED', 'A name was expected')
    let prefix = ''
    let local = this.#text.slice(start, end)
    if (this.#text[end] === ':') {
      const localStart = end + 1
      end = endOfNcName(this.#text, localStart)
      if (end === localStart) this.#fail('XML_MALFORMED', 'A name was expected behind ":"')
      prefix = local
      local = this.#text.slice(localStart, end)
    }
    if (end - start > this.#limits.nameLength)
      this.#fail('XML_TOO_COMPLEX', `A name is longer than ${this.#limits.nameLength}`)
    this.#at = end
    return { prefix, local }
  }

  #space(): void {
    const text = this.#text
    for (let c = text.charCodeAt(this.#at); c === 0x20 || c === 0xa || c === 0x9; c = text.charCodeAt(this.#at))
      this.#at++
  }

  #refuseMarkup(): void {
    if (this.#text.startsWith('<?', this.#at)) this.#fail('XML_FORBIDDEN', 'SOAP allows no processing instruction')
    if (this.#text.startsWith('<!DOCTYPE', this.#at)) this.#fail('XML_FORBIDDEN', 'SOAP allows no DOCTYPE')
    if (this.#text.startsWith('<!', this.#at)) this.#fail('XML_MALFORMED', 'Markup that XML does not define')
  }

  #fail(code: XmlErrorCode, message: string, offset = this.#at): never {
    throw new XmlError(code, message, positionOf(this.#text, this.#lifted, offset))
  }
}

interface QName {
  readonly prefix: string
  readonly local: string
}

interface WrittenAttribute extends QName {
  readonly value: string
}

const isDeclaration = (a: QName): boolean => a.prefix === 'xmlns' || (a.prefix === '' && a.local === 'xmlns')

function appendString(parent: XmlElement, text: string): void {
  if (text === '') return
  const last = parent.children.length - 1
  const before = parent.children[last]
  if (typeof before === 'string') parent.children[last] = before + text
  else parent.children.push(text)
}

function positionOf(text: string, lifted: Lifted, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  let line = 1
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++
  const marks = before.split(LIFTED_MARK).length - 1
  for (const run of lifted.runs.slice(0, marks))
    for (let i = run.indexOf(10); i >= 0; i = run.indexOf(10, i + 1)) line++
  return { line, column: offset - before.lastIndexOf('\n') }
}
