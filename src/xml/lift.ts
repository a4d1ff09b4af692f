import { XmlError } from './error.js'

/** Runs shorter than this cost less as strings than as slices. */
const MIN_RUN_BYTES = 8 * 1024

/**
 * Stands for a lifted run in the text that is tokenised. XML 1.0 allows U+0001 in no form, not even as a character
 * reference, and `liftBase64` refuses a document that holds one, so the mark can mean nothing else.
 */
export const LIFTED_MARK = '\u0001'

/** Base64 alphabet and XML white space; both URL-safe characters are left out on purpose. */
const BASE64 = new Uint8Array(256)
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n') BASE64[c.charCodeAt(0)] = 1

/** The same for two bytes at a time: a third of the time on long texts. */
const BASE64_PAIRS = new Uint8Array(65_536)
for (let pair = 0; pair < 65_536; pair++) BASE64_PAIRS[pair] = BASE64[pair & 255]! & BASE64[pair >> 8]!

export interface Lifted {
  /** the document's text, line ends normalised, with `LIFTED_MARK` in the place of each run */
  readonly text: string
  readonly runs: readonly Buffer[]
  /** where each mark's run starts in the bytes */
  readonly starts: readonly number[]
}

/**
 * Takes long runs of base64 between a `>` and a `<` out of the bytes, so that they never become strings (design.md D5).
 * What surrounds the run decides nothing here: the tokenizer accepts the mark only as character data.
 */
export function liftBase64(utf8: Buffer): Lifted {
  if (utf8.length < MIN_RUN_BYTES) return { text: plain(utf8), runs: [], starts: [] }
  const runs: Buffer[] = []
  const starts: number[] = []
  const parts: string[] = []
  let kept = 0
  let at = utf8.indexOf(0x3c)
  while (at >= 0) {
    // The last tag within the length of a run: whatever stands before it is too short, so it need not be looked at.
    const near = utf8.lastIndexOf(0x3c, at + MIN_RUN_BYTES - 1)
    if (near > at) {
      at = near
      continue
    }
    const next = utf8.indexOf(0x3c, at + MIN_RUN_BYTES)
    if (next < 0) break
    const start = startOfRun(utf8, at, next)
    if (next - start >= MIN_RUN_BYTES) {
      parts.push(plain(utf8.subarray(kept, start)))
      runs.push(utf8.subarray(start, next))
      starts.push(start)
      kept = next
    }
    at = next
  }
  parts.push(plain(utf8.subarray(kept)))
  return { text: parts.join(LIFTED_MARK), runs, starts }
}

/** First byte of the base64 run that ends at `end`, or `end` when the bytes before are not `>` and then base64. */
function startOfRun(utf8: Buffer, from: number, end: number): number {
  const start = from + utf8.subarray(from, end).indexOf(0x3e) + 1
  if (start === from || start >= end) return end
  return isBase64(utf8, start, end) ? start : end
}

function isBase64(bytes: Buffer, start: number, end: number): boolean {
  // A view of 16-bit units has to start at an even offset of the memory it looks at.
  const from = start + ((bytes.byteOffset + start) % 2)
  const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + from, (end - from) >> 1)
  if (from > start && BASE64[bytes[start]!] === 0) return false
  for (let i = 0; i < pairs.length; i++) if (BASE64_PAIRS[pairs[i]!] === 0) return false
  return (end - from) % 2 === 0 || BASE64[bytes[end - 1]!] === 1
}

function plain(bytes: Buffer): string {
  if (bytes.includes(1)) throw new XmlError('XML_MALFORMED', 'The document holds a character that XML does not allow')
  return (bytes.includes(CR) ? withLineFeeds(bytes) : bytes).toString('utf8')
}

const CR = 13
const LF = 10

/** Line ends as LF (XML 1.0 §2.11). Bytes, because a text of them in pieces costs seconds of garbage collection. */
function withLineFeeds(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length)
  let at = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte !== CR) out[at++] = byte
    else if (bytes[i + 1] !== LF) out[at++] = LF
  }
  return out.subarray(0, at)
}
