import { inflateRawSync } from 'node:zlib'
import { mediaTypeOf } from '../message/index.js'

/** End of the central directory, and the longest comment behind it. */
const END_BYTES = 22
const COMMENT_BYTES = 0xffff
const END = Buffer.from('PK\x05\x06', 'latin1')
const ENTRY = Buffer.from('PK\x01\x02', 'latin1').readUInt32LE()
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
/** A presentation with a picture on every page has some hundreds. */
const MOST_ENTRIES = 2_000
/** The list of parts of a presentation of 500 pages has 90 KiB. */
const MOST_UNPACKED = 256 * 1024

/** Programs that a zip may be besides, and what macros are kept in. */
const PROGRAMS = ['META-INF/MANIFEST.MF', 'word/vbaProject.bin', 'xl/vbaProject.bin', 'ppt/vbaProject.bin']

const DOCUMENTS: readonly [says: string, extension: string][] = [
  ['application/vnd.oasis.opendocument.text', '.odt'],
  ['application/vnd.oasis.opendocument.spreadsheet', '.ods'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml', '.docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml', '.xlsx'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml', '.pptx'],
]

/**
 * Which Office or OpenDocument file a zip is, by what it says of itself; any other zip is one. Read by its directory,
 * as the programs do that open it: a name at the start proves nothing, and .NET writes what matters last. One small
 * part is unpacked, and no more than so many entries are looked at. (file-type walks from the start: 30 ms of a
 * hostile zip, and takes what .NET streamed for an archive.)
 * Source: APPNOTE 6.3.10 §4.3.7, §4.3.12, §4.3.16; ECMA-376 Part 2 §10.1; OpenDocument 1.3 Part 2 §3.3.
 */
export function zipTypeOf(content: Buffer): string {
  try {
    const entries = entriesOf(content)
    if (PROGRAMS.some((name) => entries.has(name))) return ARCHIVE
    const [mimetype, types] = [entries.get('mimetype'), entries.get('[Content_Types].xml')]
    if (mimetype === undefined && types === undefined) return ARCHIVE
    const says = mimetype === undefined ? unpack(content, types!) : `"${unpack(content, mimetype).trim()}"`
    const found = DOCUMENTS.find(([type]) => says.includes(`"${type}"`))
    return found === undefined ? ARCHIVE : mediaTypeOf(null, found[1])
  } catch {
    // Whatever it is, it is not what an Office program writes.
    return ARCHIVE
  }
}

const ARCHIVE = 'application/zip'

/** Where an entry's directory row is, by name. @throws RangeError when the directory points outside the file */
function entriesOf(content: Buffer): ReadonlyMap<string, number> {
  const tail = content.subarray(-END_BYTES - COMMENT_BYTES)
  const end = tail.lastIndexOf(END)
  if (end < 0) throw new RangeError('no directory')
  const entries = new Map<string, number>()
  let at = tail.readUInt32LE(end + 16)
  for (let count = tail.readUInt16LE(end + 10); count > 0; count--) {
    if (entries.size === MOST_ENTRIES || content.readUInt32LE(at) !== ENTRY) throw new RangeError('no such directory')
    const start = at + ENTRY_BYTES
    const name = content.readUInt16LE(at + 28)
    entries.set(content.toString('latin1', start, start + Math.min(name, 64)), at)
    at = start + name + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32)
  }
  return entries
}

/** @throws when it is damaged, encrypted, packed in another way, or longer than such a part is */
function unpack(content: Buffer, entry: number): string {
  const method = content.readUInt16LE(entry + 10)
  const size = content.readUInt32LE(entry + 20)
  const local = content.readUInt32LE(entry + 42)
  const start = local + LOCAL_BYTES + content.readUInt16LE(local + 26) + content.readUInt16LE(local + 28)
  const isEncrypted = (content.readUInt16LE(entry + 8) & 1) === 1
  if (isEncrypted || ![0, 8].includes(method) || size > MOST_UNPACKED || start + size > content.length)
    throw new RangeError('no such part')
  const packed = content.subarray(start, start + size)
  return (method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: MOST_UNPACKED })).toString('latin1')
}
