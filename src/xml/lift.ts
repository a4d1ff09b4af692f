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

export interface Lifted {
  /** the document's text with `LIFTED_MARK` in the place of each run */
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
    const next = utf8.indexOf(0x3c, at + 1)
    if (next < 0) break
    if (next - at >= MIN_RUN_BYTES) {
      const start = startOfRun(utf8, at, next)
      if (next - start >= MIN_RUN_BYTES) {
        parts.push(plain(utf8.subarray(kept, start)))
        runs.push(utf8.subarray(start, next))
        starts.push(start)
        kept = next
      }
    }
    at = next
  }
  parts.push(plain(utf8.subarray(kept)))
  return { text: parts.join(LIFTED_MARK), runs, starts }
}

/** First byte of the base64 run that ends at `end`, or `end` when the bytes before are not `>` and then base64. */
function startOfRun(utf8: Buffer, from: number, end: number): number {
  const start = utf8.indexOf(0x3e, from) + 1
  if (start === 0 || start >= end) return end
  for (let i = start; i < end; i++) if (BASE64[utf8[i]!] === 0) return end
  return start
}

function plain(bytes: Buffer): string {
  if (bytes.includes(1)) throw new XmlError('XML_MALFORMED', 'The document holds a character that XML does not allow')
  return bytes.toString('utf8')
}
