import { fileTypeFromBuffer } from 'file-type'
import { mediaTypes } from '../message/index.js'
import { isInstaller } from './ole.js'
import { zipTypeOf } from './zip-type.js'

/** What is looked at of a file, whatever its size: as much as file-type needs. Of a zip more is, within bounds of its own. */
const HEAD_BYTES = 4_100
/** A PDF's header may stand this far from the start (ISO 32000-1, Annex H). */
const PDF_HEADER_WITHIN = 1024

/**
 * The type that a file's bytes certainly are, whatever it is called; null when they show none, as plain text does.
 * Costs the same for a small file and a large one, and for a hostile one: bounds are in docs/attachments.md.
 * @param stated  decides nothing, but some bytes mean something only in what they are said to be
 */
export async function shownType(content: Buffer, stated: string): Promise<string | null> {
  const head = content.subarray(0, HEAD_BYTES)
  const shown = textTypeOf(head) ?? (isText(head) ? null : await binaryTypeOf(content, head))
  if (shown !== null) return shown
  if (stated === mediaTypes.pdf && head.subarray(0, PDF_HEADER_WITHIN).includes('%PDF-')) return mediaTypes.pdf
  return stated === mediaTypes.text && content.includes(0) ? mediaTypes.anyBytes : null
}

/** Types that are refused anyhow, and that file-type would unpack or walk through for milliseconds to tell more of. */
const COSTLY: readonly (readonly [string, string])[] = [
  ['\x1f\x8b', 'application/gzip'],
  ['ID3', 'audio/mpeg'],
  ['\x1aE\xdf\xa3', 'video/matroska'],
]

async function binaryTypeOf(content: Buffer, head: Buffer): Promise<string | null> {
  const start = head.toString('latin1', 0, 4)
  if (start === 'PK\x03\x04') return zipTypeOf(content)
  const costly = COSTLY.find(([first]) => start.startsWith(first))
  if (costly !== undefined) return costly[1]
  const mime = await fileTypeFromBuffer(head).then(
    (found) => found?.mime ?? null,
    () => null,
  )
  switch (mime) {
    case 'image/apng':
      return mediaTypes.png
    case mediaTypes.ole:
      return isInstaller(content) ? 'application/x-msi' : mime
    default:
      return mime
  }
}

/** As much as browsers look at. */
const START_BYTES = 1_445
/** Formats that are written as text. HTML: what browsers take for it (WHATWG MIME Sniffing §7.1), and SVG. */
const WRITTEN_AS_TEXT: readonly [RegExp, string][] = [
  [
    /^<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|!--)(?=[\s>]|--)/i,
    'text/html',
  ],
  [/^<\?xml\s/i, 'application/xml'],
  [/^%PDF/, mediaTypes.pdf],
  [/^%!PS/, 'application/postscript'],
  [/^\{\\rtf/, 'application/rtf'],
  [/^#! ?\//, 'application/x-shellscript'],
]

function textTypeOf(head: Buffer): string | null {
  const start = head
    .toString('latin1', 0, START_BYTES)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  return WRITTEN_AS_TEXT.find(([pattern]) => pattern.test(start))?.[1] ?? null
}

/**
 * Text has no control characters but white space. What begins like a picture or a film may still be a letter:
 * "BMI 24", "The free…" have the first bytes of one.
 */
function isText(head: Buffer): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1a)
}
