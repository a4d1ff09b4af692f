import { LiftedText, type XmlElement, type XmlText } from '../../xml/index.js'

/** Characters decoded at a time: a multiple of four, so that pieces join without a seam. */
const STEP = 64 * 1024

/**
 * Decodes xs:base64Binary from an element's own text, straight into one buffer; line breaks and spaces are allowed
 * anywhere (clients.md R19). Null when it is not base64.
 */
export function decodeBase64(element: XmlElement): Buffer | null {
  const pieces = element.textPieces()
  const out = Buffer.allocUnsafe(Math.ceil((pieces.reduce((sum, piece) => sum + lengthOf(piece), 0) / 4) * 3))
  let written = 0
  let carry = ''
  let ended = false
  for (const step of inSteps(pieces)) {
    const packed = carry + (/[ \t\r\n]/.test(step) ? step.replace(/[ \t\r\n]+/g, '') : step)
    const whole = packed.length - (packed.length % 4)
    const quads = packed.slice(0, whole)
    carry = packed.slice(whole)
    if (whole === 0) continue
    const padding = quads.endsWith('==') ? 2 : quads.endsWith('=') ? 1 : 0
    const count = out.write(quads, written, 'base64')
    // Buffer skips what is no base64, reads on behind padding and knows two more characters; all three are refused.
    if (ended || count !== (whole / 4) * 3 - padding || /[-_]/.test(quads)) return null
    written += count
    ended = padding > 0
  }
  return carry === '' ? out.subarray(0, written) : null
}

function* inSteps(pieces: readonly XmlText[]): Generator<string> {
  for (const piece of pieces) {
    for (let at = 0; at < lengthOf(piece); at += STEP) {
      yield piece instanceof LiftedText ? piece.bytes.toString('latin1', at, at + STEP) : piece.slice(at, at + STEP)
    }
  }
}

const lengthOf = (piece: XmlText): number => (piece instanceof LiftedText ? piece.bytes.length : piece.length)
