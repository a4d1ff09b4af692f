import { XmlError, type XmlErrorCode } from './error.js'
import { LIFTED_MARK, type Lifted } from './lift.js'
import type { XmlLimits } from './limits.js'
import { endOfNcName } from './names.js'
import { resolveReferences } from './references.js'

export interface QName {
  readonly prefix: string
  readonly local: string
}

/** Where reading stands in the text, and the way to say that it cannot go on. */
export class Cursor {
  readonly text: string
  readonly lifted: Lifted
  at = 0
  readonly #limits: XmlLimits
  #references = 0
  /** lines and lifted runs up to an offset that was asked for */
  #counted = { offset: 0, line: 1, runs: 0 }

  constructor(lifted: Lifted, limits: XmlLimits) {
    this.lifted = lifted
    this.text = lifted.text
    this.#limits = limits
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
    if (end - start > this.#limits.nameLength)
      this.fail('XML_TOO_COMPLEX', `A name is longer than ${this.#limits.nameLength}`)
    this.at = end
    return { prefix, local }
  }

  /** Text with its references resolved. */
  resolve(raw: string): string {
    if (!raw.includes('&')) return raw
    const resolved = resolveReferences(raw, this.#countReference)
    if (resolved === null) this.fail('XML_MALFORMED', 'A reference that XML does not define')
    return resolved
  }

  readonly #countReference = (): void => {
    if (++this.#references > this.#limits.references)
      this.fail('XML_TOO_COMPLEX', `More than ${this.#limits.references} references`)
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

  /** Line and column, both from 1, of a character offset. Going on from the last answer, so that asking in order is one walk. */
  positionOf(offset: number): { line: number; column: number } {
    if (offset < this.#counted.offset) this.#counted = { offset: 0, line: 1, runs: 0 }
    let { line, runs } = this.#counted
    const end = Math.min(offset, this.text.length)
    for (let i = this.#counted.offset; i < end; i++) {
      const c = this.text.charCodeAt(i)
      if (c === LINE_FEED) line++
      else if (c === MARK) line += linesOf(this.lifted.runs[runs++])
    }
    this.#counted = { offset: end, line, runs }
    return { line, column: offset - this.text.lastIndexOf('\n', offset - 1) }
  }
}

const LINE_FEED = 10
const MARK = LIFTED_MARK.charCodeAt(0)

function linesOf(run: Buffer | undefined): number {
  let lines = 0
  if (run !== undefined) for (let i = run.indexOf(LINE_FEED); i >= 0; i = run.indexOf(LINE_FEED, i + 1)) lines++
  return lines
}
