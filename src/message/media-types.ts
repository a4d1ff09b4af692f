import { extensionOf } from './file-names.js'

const OOXML = 'application/vnd.openxmlformats-officedocument'

/** Types that rules have something of their own to say of. */
export const mediaTypes = {
  pdf: 'application/pdf',
  png: 'image/png',
  text: 'text/plain',
  /** the container of Word, Excel and PowerPoint before 2007: from outside the three look the same */
  ole: 'application/x-cfb',
  anyBytes: 'application/octet-stream',
} as const

const BY_EXTENSION: Readonly<Record<string, string | undefined>> = {
  '.pdf': mediaTypes.pdf,
  '.doc': 'application/msword',
  '.xls': 'application/vnd.ms-excel',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.docx': `${OOXML}.wordprocessingml.document`,
  '.xlsx': `${OOXML}.spreadsheetml.sheet`,
  '.pptx': `${OOXML}.presentationml.presentation`,
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.ods': 'application/vnd.oasis.opendocument.spreadsheet',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': mediaTypes.png,
  '.txt': mediaTypes.text,
}

/** The stated type without parameters, in small letters; otherwise by the name's extension; otherwise any bytes (R24). */
export function mediaTypeOf(stated: string | null, name: string | null): string {
  const plain = stated?.split(';')[0]!.trim().toLowerCase() ?? ''
  return plain === '' ? byExtension(name) : plain
}

const byExtension = (name: string | null): string =>
  BY_EXTENSION[extensionOf(name ?? '').toLowerCase()] ?? mediaTypes.anyBytes

const OLE: ReadonlySet<string> = new Set(['.doc', '.xls', '.ppt'].map((extension) => byExtension(extension)))
/** All that have an extension here but text begin with bytes that nothing else begins with. */
const SHOWS_ITSELF: ReadonlySet<string> = new Set(
  Object.values(BY_EXTENSION).filter((type) => type !== mediaTypes.text) as string[],
)

/**
 * What a file is taken as: what its bytes certainly are, else what it is called. Bytes that show nothing are not
 * believed to be of a type that always shows.
 * @param shown  what the bytes are, null when they show nothing
 * @returns null when it is not what it is called, and nobody knows what else
 */
export function typeTaken(
  { stated, name }: { stated: string | null; name: string | null },
  shown: string | null,
): string | null {
  const called = mediaTypeOf(stated, name)
  if (shown === mediaTypes.ole) return [called, byExtension(name)].find((type) => OLE.has(type)) ?? null
  if (shown !== null) return shown
  return SHOWS_ITSELF.has(called) ? null : called
}
