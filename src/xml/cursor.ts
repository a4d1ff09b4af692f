import { XmlError, type XmlErrorCode } from './error.js'
import { LIFTED_MARK, type Lifted } from './lift.js'
import { endOfNcName } from './names.js'

export interface QName {
  readonly prefix: string
  readonly local: string
}

/** Where reading stands in the text, and the way to say that it cannot go on. */
export class Cursor {
  readonly text: string
  readonly lifted: Lifted
  at = 0
  readonly #nameLength: number

  constructor(lifted: Lifted, nameLength: number) {
    this.lifted = lifted
    // XML 1.0 §2.11: line ends are normalised before anything is parsed.
    this.text = lifted.text.includes('\r') ? lifted.text.replace(/\r\n?/g, '\n') : lifted.text
    this.#nameLength = nameLength
  }

  /** Reads a name with at most one prefix. */
  qname(): QName {
    const start = this.at
    let end = endOfNcName(this.text, start)
    if (end === start) this.fail('XML_MALFORMED', 'A name was expected')
    let prefix = ''
    let local = this.text.slice(start, end)
    if (this.text[end] === ':') {
      const localStart = end + 1
      end = endOfNcName(this.text, localStart)
      if (end === localStart) this.fail('XML_MALFORMED', 'A name was expected behind ":"')
      prefix = local
      local = this.text.slice(localStart, end)
    }
    if (end - start > this.#nameLength) this.fail('XML_TOO_COMPLEX', `A name is longer than ${this.#nameLength}`)
    this.at = end
    return { prefix, local }
  }

  /** Skips white space. */
  space(): void {
    const text = this.text
    for (let c = text.charCodeAt(this.at); c === 0x20 || c === 0xa || c === 0x9; c = text.charCodeAt(this.at)) this.at++
  }

  /** @throws XmlError with line and column, always */
  fail(code: XmlErrorCode, message: string, offset = this.at): never {
    throw new XmlError(code, message, this.positionOf(offset))
  }

  /** Line and column, both from 1, of a character offset. */
  positionOf(offset: number): { line: number; column: number } {
    const before = this.text.slice(0, offset)
    let line = 1
    for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++
    const marks = before.split(LIFTED_MARK).length - 1
    for (const run of this.lifted.runs.slice(0, marks))
      for (let i = run.indexOf(10); i >= 0; i = run.indexOf(10, i + 1)) line++
    return { line, column: offset - before.lastIndexOf('\n') }
  }
}
