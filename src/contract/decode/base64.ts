import { LiftedText, type XmlElement, type XmlText } from '../../xml/index.js'

/** Characters decoded at a time: a multiple of four, so that pieces join without a seam. */
const STEP = 64 * 1024

/**
 * Decodes xs:base64Binary from an element's own text, straight into one buffer; line breaks and spaces are allowed
 * anywhere (clients.md R19). Null when it is not base64.
 */
export function decodeBase64(element: XmlElement): Buffer | null {
  const pieces = element.textPieces()
  const decoder = new Decoder(pieces.reduce((sum, piece) => sum + lengthOf(piece), 0))
  for (const piece of pieces) {
    const spaced = piece instanceof LiftedText ? WHITE_SPACE.some((c) => piece.bytes.includes(c)) : true
    for (let at = 0; at < lengthOf(piece); at += STEP) {
      const step =
        piece instanceof LiftedText ? piece.bytes.toString('latin1', at, at + STEP) : piece.slice(at, at + STEP)
      if (!decoder.add(spaced ? step.replace(/[ \t\r\n]+/g, '') : step)) return null
    }
  }
  return decoder.whole()
}

const WHITE_SPACE = [0x20, 0x0a, 0x0d, 0x09]

class Decoder {
  readonly #out: Buffer
  #written = 0
  #carry = ''
  #ended = false

  constructor(length: number) {
    this.#out = Buffer.allocUnsafe(Math.ceil((length / 4) * 3))
  }

  /** Takes text without white space; false when it is not base64. */
  add(text: string): boolean {
    const all = this.#carry === '' ? text : this.#carry + text
    const whole = all.length - (all.length % 4)
    const quads = whole === all.length ? all : all.slice(0, whole)
    this.#carry = all.slice(whole)
    if (whole === 0) return true
    const padding = quads.endsWith('==') ? 2 : quads.endsWith('=') ? 1 : 0
    const count = this.#out.write(quads, this.#written, 'base64')
    // Buffer skips what is no base64, reads on behind padding and knows two more characters; all three are refused.
    if (this.#ended || count !== (whole / 4) * 3 - padding || quads.includes('-') || quads.includes('_')) return false
    this.#written += count
    this.#ended = padding > 0
    return true
  }

  whole(): Buffer | null {
    return this.#carry === '' ? this.#out.subarray(0, this.#written) : null
  }
}

const lengthOf = (piece: XmlText): number => (piece instanceof LiftedText ? piece.bytes.length : piece.length)
