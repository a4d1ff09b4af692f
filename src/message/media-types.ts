import { extensionOf } from './file-names.js'

const OOXML = 'application/vnd.openxmlformats-officedocument'

const BY_EXTENSION: Readonly<Record<string, string | undefined>> = {
  '.pdf': 'application/pdf',
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
  '.png': 'image/png',
  '.txt': 'text/plain',
}

/** The stated type without parameters, in small letters; otherwise by the name's extension; otherwise any bytes (R24). */
export function mediaTypeOf(stated: string | null, name: string | null): string {
  const plain = stated?.split(';')[0]!.trim().toLowerCase() ?? ''
  if (plain !== '') return plain
  return BY_EXTENSION[extensionOf(name ?? '').toLowerCase()] ?? 'application/octet-stream'
}
