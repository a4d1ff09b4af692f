import { crc32, deflateRawSync, gzipSync } from 'node:zlib'

/** Files of many types, as small as they can be and still be what they are. */

interface Entry {
  readonly name: string
  readonly content: Buffer | string
}

const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8])
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

/**
 * A zip with a central directory.
 * @param streamed  sizes stand behind each entry, as .NET and Java write them, not before it
 */
export function zip(entries: readonly Entry[], { streamed = false, stored = false } = {}): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = Buffer.from(entry.content)
    const isStored = stored || entry.name === 'mimetype'
    const packed = isStored ? content : deflateRawSync(content)
    const sizes = Buffer.concat([u32(crc32(content)), u32(packed.length), u32(content.length)])
    const method = Buffer.concat([u16(20), u16(streamed ? 8 : 0), u16(isStored ? 0 : 8), u32(0)])
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      method,
      streamed ? Buffer.alloc(12) : sizes,
      u16(name.length),
      u16(0),
      name,
      packed,
      streamed ? Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), sizes]) : Buffer.alloc(0),
    ])
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), u16(20), method, sizes, u16(name.length), Buffer.alloc(12))
    directory.push(u32(at), name)
    locals.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const count = u16(entries.length)
  const end = [Buffer.from('PK\x05\x06', 'latin1'), u32(0), count, count, u32(central.length), u32(at), u16(0)]
  return Buffer.concat([...locals, central, ...end])
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'
const main = {
  docx: ['word/document.xml', `${OFFICE}.wordprocessingml.document`],
  xlsx: ['xl/workbook.xml', `${OFFICE}.spreadsheetml.sheet`],
  pptx: ['ppt/presentation.xml', `${OFFICE}.presentationml.presentation`],
  docm: ['word/document.xml', 'application/vnd.ms-word.document.macroEnabled'],
} as const

/** An Office document as its own program writes it: content types first. */
export function officeParts(kind: keyof typeof main): Entry[] {
  const [part, type] = main[kind]
  const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/${part}" ContentType="${type}.main+xml"/></Types>`
  return [
    { name: '[Content_Types].xml', content: types },
    { name: '_rels/.rels', content: '<Relationships/>' },
    { name: part, content: '<document/>' },
    ...(kind === 'docm' ? [{ name: 'word/vbaProject.bin', content: 'makro' }] : []),
  ]
}
export const office = (kind: keyof typeof main): Buffer => zip(officeParts(kind))

export const openDocument = (kind: 'text' | 'spreadsheet' | 'presentation'): Buffer =>
  zip([
    { name: 'mimetype', content: `application/vnd.oasis.opendocument.${kind}` },
    { name: 'content.xml', content: '<office:document-content/>' },
  ])

/** A compound file: header, and a directory of one entry with a class id. */
export function ole(classId = '0609020000000000c000000000000046'): Buffer {
  const header = Buffer.alloc(512)
  header.write('d0cf11e0a1b11ae1', 'hex')
  header.writeUInt16LE(0x3e, 24)
  header.writeUInt16LE(3, 26)
  header.writeUInt16LE(0xfffe, 28)
  header.writeUInt16LE(9, 30)
  const directory = Buffer.alloc(512)
  directory.write('Root Entry', 'utf16le')
  directory.write(classId, 80, 'hex')
  return Buffer.concat([header, directory])
}
export const installer = (): Buffer => ole('84100c0000000000c000000000000046')

export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
export const jpeg = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.from('ffd9', 'hex'),
])
export const pdf = Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n', 'latin1')
export const exe = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(200)])
export const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), Buffer.alloc(56)])
export const gzip = gzipSync(Buffer.alloc(1000))
export const rar = Buffer.from('Rar!\x1a\x07\x01\0sisältö', 'latin1')
export const gif = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1')

/** A PDF of just so many bytes, all the same behind its header. */
export const pdfOf = (sizeBytes: number, fill: number | string = 'x'): Buffer =>
  Buffer.concat([Buffer.from('%PDF'), Buffer.alloc(Math.max(0, sizeBytes - 4), fill)]).subarray(
    0,
    Math.max(4, sizeBytes),
  )

/** What every scanner of the world calls a virus, and is none. In two parts, so that no scanner takes these sources for it. */
export const eicar = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-' + 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*')
