import { isUtf8, transcode } from 'node:buffer'
import { XmlError } from './error.js'

const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[^?]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._-]+)["']/

/** Bytes 0x80–0x9F of Windows-1252; the five holes stay the C1 control of Latin-1, as every decoder in use does. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

const decoders: Readonly<Record<string, (raw: Buffer) => Buffer>> = Object.assign(Object.create(null) as object, {
  'utf-8': utf8,
  utf8,
  'us-ascii': utf8,
  'iso-8859-1': (raw: Buffer) => transcode(raw, 'latin1', 'utf8'),
  'iso8859-1': (raw: Buffer) => transcode(raw, 'latin1', 'utf8'),
  latin1: (raw: Buffer) => transcode(raw, 'latin1', 'utf8'),
  'windows-1252': windows1252,
  cp1252: windows1252,
  'utf-16': utf16,
  'utf-16le': utf16,
  'utf-16be': utf16,
})

/**
 * The document's bytes as UTF-8 without a byte order mark. A byte order mark decides; then the XML declaration, then
 * the charset of the HTTP header, then UTF-8 (clients.md R11). UTF-16 needs its byte order mark.
 * @throws XmlError XML_ENCODING
 */
export function toUtf8(raw: Buffer, httpCharset: string | null = null): Buffer {
  if (raw.length >= 2 && ((raw[0] === 0xff && raw[1] === 0xfe) || (raw[0] === 0xfe && raw[1] === 0xff)))
    return utf16(raw)
  if (raw.length >= 3 && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf) return utf8(raw.subarray(3))
  const declared = DECLARATION.exec(raw.toString('latin1', 0, 256))?.[1] ?? httpCharset ?? 'utf-8'
  const decoder = decoders[declared.toLowerCase()]
  if (decoder === undefined) throw new XmlError('XML_ENCODING', 'The declared character encoding is not supported')
  return decoder(raw)
}

function utf8(raw: Buffer): Buffer {
  if (!isUtf8(raw)) throw new XmlError('XML_ENCODING', 'The document is not valid UTF-8')
  return raw
}

/** The three octets in UTF-8, or two and a zero, of the bytes 0x80 to 0x9F. */
const WINDOWS_1252_OCTETS = new Uint8Array(32 * 3)
Array.from(WINDOWS_1252).forEach((character, i) => WINDOWS_1252_OCTETS.set(Buffer.from(character, 'utf8'), i * 3))

/** Byte by byte: a pattern with a replacement for each letter takes many times as long. */
function windows1252(raw: Buffer): Buffer {
  const utf8 = Buffer.allocUnsafe(raw.length * 3)
  let at = 0
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i]!
    if (byte < 0x80) {
      utf8[at++] = byte
    } else if (byte >= 0xa0) {
      utf8[at++] = 0xc0 | (byte >> 6)
      utf8[at++] = 0x80 | (byte & 0x3f)
    } else {
      const octets = (byte - 0x80) * 3
      utf8[at++] = WINDOWS_1252_OCTETS[octets]!
      utf8[at++] = WINDOWS_1252_OCTETS[octets + 1]!
      if (WINDOWS_1252_OCTETS[octets + 2] !== 0) utf8[at++] = WINDOWS_1252_OCTETS[octets + 2]!
    }
  }
  return utf8.subarray(0, at)
}

function utf16(raw: Buffer): Buffer {
  const littleEndian = raw[0] === 0xff && raw[1] === 0xfe
  if (!littleEndian && !(raw[0] === 0xfe && raw[1] === 0xff)) {
    throw new XmlError('XML_ENCODING', 'UTF-16 is accepted only with a byte order mark')
  }
  try {
    const text = new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(raw)
    return Buffer.from(text, 'utf8')
  } catch (cause) {
    throw new XmlError('XML_ENCODING', `The document is not valid UTF-16: ${(cause as Error).name}`)
  }
}
