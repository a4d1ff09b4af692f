import { Cursor } from './cursor.js'
import { LIFTED_MARK, liftBase64, type Lifted } from './lift.js'
import { defaultLimits, type XmlLimits } from './limits.js'
import { StartTags } from './start-tag.js'
import { LiftedText, XmlElement } from './tree.js'

/** A document that was read once, from these bytes, and will not be read again. */
export interface XmlDocument {
  readonly root: XmlElement
  /** Line and column, both from 1, of a character offset such as `XmlElement.offset`. */
  positionOf(offset: number): { line: number; column: number }
}

const ILLEGAL = /[\u0000\u0002-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])1\.0\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])[A-Za-z][A-Za-z0-9._-]*\2)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\3)?[ \t\n]*\?>/y
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
  readonly #cursor: Cursor
  readonly #limits: XmlLimits
  readonly #startTags: StartTags
  #nextRun = 0
  #comments = 0
  #sections = 0

  constructor(lifted: Lifted, limits: XmlLimits) {
    this.#cursor = new Cursor(lifted, limits)
    this.#limits = limits
    this.#startTags = new StartTags(this.#cursor, limits)
  }

  document(): XmlDocument {
    const illegal = ILLEGAL.exec(this.#cursor.text)
    if (illegal) this.#cursor.fail('XML_MALFORMED', 'A character that XML does not allow', illegal.index)
    this.#declaration()
    this.#misc()
    if (this.#cursor.at >= this.#cursor.text.length) this.#cursor.fail('XML_MALFORMED', 'The document has no element')
    if (this.#cursor.text[this.#cursor.at] !== '<') this.#cursor.fail('XML_MALFORMED', 'Text before the first element')
    const root = this.#tree()
    this.#misc()
    if (this.#cursor.at < this.#cursor.text.length)
      this.#cursor.fail('XML_MALFORMED', 'Something stands behind the last element')
    return { root, positionOf: (offset) => this.#cursor.positionOf(offset) }
  }

  #declaration(): void {
    if (!this.#cursor.text.startsWith('<?xml') || !/[ \t\n]/.test(this.#cursor.text[5] ?? '')) return
    DECLARATION.lastIndex = 0
    if (!DECLARATION.test(this.#cursor.text))
      this.#cursor.fail('XML_MALFORMED', 'The XML declaration is not one of XML 1.0')
    this.#cursor.at = DECLARATION.lastIndex
  }

  /** White space and comments around the root. */
  #misc(): void {
    for (;;) {
      this.#cursor.space()
      if (!this.#cursor.text.startsWith('<!--', this.#cursor.at)) break
      this.#comment()
    }
    this.#refuseMarkup()
  }

  #tree(): XmlElement {
    const { element: root, isEmpty } = this.#startTags.read(null)
    let depth = 1
    let open: XmlElement | null = isEmpty ? null : root
    while (open !== null) {
      if (this.#content(open)) {
        this.#endTag(open)
        open = open.parent
        depth--
        continue
      }
      const child = this.#startTags.read(open)
      if (child.isEmpty) continue
      open = child.element
      if (++depth > this.#limits.depth)
        this.#cursor.fail('XML_TOO_COMPLEX', `Elements nest deeper than ${this.#limits.depth}`)
    }
    return root
  }

  /** Reads character data, CDATA and comments into `parent`; true when an end tag follows, false when a start tag does. */
  #content(parent: XmlElement): boolean {
    const text = this.#cursor.text
    for (;;) {
      const next = text.indexOf('<', this.#cursor.at)
      if (next < 0) this.#cursor.fail('XML_MALFORMED', 'An element is not closed', parent.offset)
      if (next > this.#cursor.at) this.#characterData(parent, text.slice(this.#cursor.at, next))
      this.#cursor.at = next
      const c = text.charCodeAt(next + 1)
      if (c === 0x2f) return true
      if (c !== 0x21 && c !== 0x3f) return false
      if (text.startsWith('<!--', next)) this.#comment()
      else if (text.startsWith('<![CDATA[', next)) this.#cdata(parent)
      else this.#refuseMarkup()
    }
  }

  #characterData(parent: XmlElement, raw: string): void {
    if (raw.includes(']]>')) this.#cursor.fail('XML_MALFORMED', '"]]>" in character data')
    this.#append(parent, this.#cursor.resolve(raw))
  }

  #cdata(parent: XmlElement): void {
    if (++this.#sections > this.#limits.sections)
      this.#cursor.fail('XML_TOO_COMPLEX', `More than ${this.#limits.sections} CDATA sections`)
    const end = this.#cursor.text.indexOf(']]>', this.#cursor.at + 9)
    if (end < 0) this.#cursor.fail('XML_MALFORMED', 'A CDATA section is not closed')
    this.#append(parent, this.#cursor.text.slice(this.#cursor.at + 9, end))
    this.#cursor.at = end + 3
  }

  /** Adds text, joining it with text before it, and puts lifted runs back where their marks stand. */
  #append(parent: XmlElement, text: string): void {
    if (!text.includes(LIFTED_MARK)) return appendString(parent, text)
    text.split(LIFTED_MARK).forEach((piece, i) => {
      if (i > 0) parent.children.push(new LiftedText(this.#cursor.lifted.runs[this.#nextRun++]!))
      appendString(parent, piece)
    })
  }

  #comment(): void {
    if (++this.#comments > this.#limits.comments)
      this.#cursor.fail('XML_TOO_COMPLEX', `More than ${this.#limits.comments} comments`)
    const end = this.#cursor.text.indexOf('--', this.#cursor.at + 4)
    if (end < 0 || this.#cursor.text[end + 2] !== '>')
      this.#cursor.fail('XML_MALFORMED', 'A comment that is not closed, or holds "--"')
    // Within the comment only: looking further for a mark would cost the whole document for each comment.
    const comment = this.#cursor.text.slice(this.#cursor.at, end)
    if (comment.includes(LIFTED_MARK)) this.#nextRun += comment.split(LIFTED_MARK).length - 1
    this.#cursor.at = end + 3
  }

  #endTag(element: XmlElement): void {
    const name = element.name
    if (!this.#cursor.text.startsWith(name, this.#cursor.at + 2))
      this.#cursor.fail('XML_MALFORMED', 'An element is closed by another end tag')
    this.#cursor.at += 2 + name.length
    this.#cursor.space()
    if (this.#cursor.text[this.#cursor.at] !== '>') this.#cursor.fail('XML_MALFORMED', 'An end tag is not closed')
    this.#cursor.at++
  }

  #refuseMarkup(): void {
    if (this.#cursor.text.startsWith('<?', this.#cursor.at))
      this.#cursor.fail('XML_FORBIDDEN', 'SOAP allows no processing instruction')
    if (this.#cursor.text.startsWith('<!DOCTYPE', this.#cursor.at))
      this.#cursor.fail('XML_FORBIDDEN', 'SOAP allows no DOCTYPE')
    if (this.#cursor.text.startsWith('<!', this.#cursor.at))
      this.#cursor.fail('XML_MALFORMED', 'Markup that XML does not define')
  }
}

function appendString(parent: XmlElement, text: string): void {
  if (text === '') return
  const last = parent.children.length - 1
  const before = parent.children[last]
  if (typeof before === 'string') parent.children[last] = before + text
  else parent.children.push(text)
}
