import { isUtf8 } from 'node:buffer'
import type { Cause } from '../errors.js'

const HEAD_BYTES = 512
/** How far into a document its bytes are looked at for the character that is none. */
const LOOK_BYTES = 1024 * 1024

const proven = (id: Cause['id'], facts: Cause['facts'] = {}): Cause => ({ id, certainty: 'proven', facts })

/**
 * What kept a request from being read as XML at all, as far as its bytes show it; null when they do not.
 * @param raw    the request as it came
 * @param error  what reading it threw: an XmlError or EnvelopeError
 */
export function causeOfUnreadable(raw: Buffer, error: unknown): Cause | null {
  try {
    return seenInBytes(raw) ?? seenInError(raw, error)
  } catch {
    return null // a diagnosis decides nothing, and must not fail in the place of what it explains
  }
}

function seenInBytes(raw: Buffer): Cause | null {
  const marks = leadingMarks(raw)
  if (marks > 1) return proven('byte-order-mark', { count: marks, at: 'start of the document' })
  const body = raw.subarray(marks * 3)
  const head = body.toString('latin1', 0, HEAD_BYTES)
  if (/^[ \t\r\n\0]*$/.test(head) && body.length <= HEAD_BYTES) return proven('empty', { bytes: raw.length })
  const utf16 = utf16WithoutMark(body)
  if (utf16 !== null) return proven('charset-mismatch', { is: utf16, declared: declaredIn(head.replaceAll('\0', '')) })
  if (/^(?:\r?\n)*--[^\r\n]+\r?\n(?:content-|mime-)/i.test(head)) return proven('multipart', {})
  if (/^(?:(?:POST|GET|PUT) \S+ HTTP\/|HTTP\/\d|[A-Za-z][A-Za-z0-9-]*:[^\r\n]*\r?\n)/.test(head))
    return /content-type:\s*multipart/i.test(head) ? proven('multipart') : proven('http-headers')
  if (/^\s*(?:<!--[^>]*-->\s*)?<(?:!doctype\s+html|html[\s>])/i.test(head)) return proven('html-page')
  return null
}

function leadingMarks(raw: Buffer): number {
  let count = 0
  while (raw[count * 3] === 0xef && raw[count * 3 + 1] === 0xbb && raw[count * 3 + 2] === 0xbf) count++
  return count
}

/** UTF-16 shows itself in a markup's first characters: every other byte is zero. */
function utf16WithoutMark(raw: Buffer): string | null {
  const [a, b, c, d] = raw
  if (a === 0x3c && b === 0 && c !== 0 && d === 0) return 'UTF-16LE without a byte order mark'
  return a === 0 && b === 0x3c && c === 0 && d !== 0 ? 'UTF-16BE without a byte order mark' : null
}

const declaredIn = (head: string): string | null =>
  /^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1] ?? null

function seenInError(raw: Buffer, error: unknown): Cause | null {
  const { code } = error as { code?: unknown }
  const head = raw.toString('latin1', 0, HEAD_BYTES)
  if (code === 'XML_ENCODING') return charset(raw, declaredIn(head.replace(/^\xef\xbb\xbf/, '')))
  if (code !== 'XML_MALFORMED' && code !== 'XML_FORBIDDEN') return null
  const space = /^(?:\xef\xbb\xbf)?([ \t\r\n]+)<\?xml/.exec(head)
  if (space !== null) return proven('leading-white-space', { characters: space[1]!.length })
  return truncation(raw)
}

/** Bytes that are not what they are said to be. */
function charset(whole: Buffer, declared: string | null): Cause {
  const raw = whole.subarray(0, LOOK_BYTES)
  if (isUtf8(whole)) return { id: 'charset-mismatch', certainty: 'likely', facts: { declared, is: 'UTF-8' } }
  const text = raw.toString('utf8')
  const at = Buffer.byteLength(text.slice(0, text.indexOf('\ufffd')))
  // A byte of the upper half that no continuation follows is a letter of a one-byte character set.
  const isLetter = (raw[at] ?? 0) >= 0xa0 && ((raw[at + 1] ?? 0) & 0xc0) !== 0x80
  const is = isLetter ? 'ISO-8859-1 or Windows-1252' : 'not UTF-8'
  return { id: 'charset-mismatch', certainty: 'likely', facts: { declared, is, firstWrongByteAt: at } }
}

/** A document that ends before its root does. */
function truncation(raw: Buffer): Cause | null {
  const tail = raw.toString('latin1', Math.max(0, raw.length - HEAD_BYTES)).trimEnd()
  const root = /<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[\s>]/.exec(raw.toString('latin1', 0, 4096))?.[1]
  if (root === undefined || new RegExp(`</${root.replaceAll('.', '\\.')}\\s*>$`).test(tail)) return null
  if (raw.includes(`</${root}`)) return null
  return proven('truncated', { bytes: raw.length, endsInTag: /<[^>]*$/.test(tail) })
}
