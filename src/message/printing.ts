import type { ItemFault } from './outcomes.js'
import type { PostalAddress } from './types.js'

/** How a file becomes paper. */
export type PrintForm = 'pdf' | 'png' | 'jpeg' | 'text'

const PDF = Buffer.from('%PDF-')
/** Readers look for the first line of a PDF this far. */
const PDF_HEADER_WITHIN = 1_024
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG = Buffer.from([0xff, 0xd8, 0xff])

/** Decided by the content, because stated types are often wrong; null for what cannot be printed. */
export function printFormOf(content: Buffer, mediaType: string | null): PrintForm | null {
  if (content.subarray(0, PNG.length).equals(PNG)) return 'png'
  if (content.subarray(0, JPEG.length).equals(JPEG)) return 'jpeg'
  if (content.subarray(0, PDF_HEADER_WITHIN).includes(PDF)) return 'pdf'
  return mediaType === 'text/plain' && content.length > 0 && !content.includes(0) ? 'text' : null
}

/** Finnish post needs all four; abroad some countries have no postal codes. */
export function isUsableAddress(address: PostalAddress | null): address is PostalAddress {
  if (address === null) return false
  const { name, street, city, postalCode, country } = address
  const needed = isFinland(country) ? [name, street, postalCode, city] : [name, street, city]
  return needed.every((line) => line.trim() !== '')
}

export const isFinland = (country: string): boolean => ['', 'FI', 'FIN'].includes(country.trim().toUpperCase())

/** How much of a trailer is looked at: it is one short dictionary. */
const TRAILER_BYTES = 4_096

/**
 * Whether a PDF's last trailer says that it is encrypted; false when the trailer is not where it should be, which
 * whoever opens the file will find out.
 */
export function isEncryptedPdf(content: Buffer): boolean {
  const end = content.subarray(-2_048).toString('latin1')
  const offset = Number(/startxref\s+(\d{1,10})\s+%%EOF(?![^]*startxref)/.exec(end)?.[1] ?? NaN)
  if (!(offset < content.length)) return false
  const isTable = content.subarray(offset, offset + 4).toString('latin1') === 'xref'
  const at = isTable ? content.indexOf('trailer', offset) : offset
  if (at === -1) return false
  const trailer = content.subarray(at, at + TRAILER_BYTES).toString('latin1')
  return /\/Encrypt[\s<]/.test(trailer.split(/\bstream\b|\bstartxref\b/, 1)[0]!)
}

export interface PaperFile {
  /** null for a link */
  readonly content: Buffer | null
  readonly mediaType: string | null
}

/**
 * Why a letter can never be printed, as far as that is cheap to know; null when nothing speaks against it. One
 * attachment that can be printed is enough: the letter then names the others.
 */
export function faultOfPaper(
  files: readonly PaperFile[],
  { hasPageRange }: { hasPageRange: boolean },
): ItemFault | null {
  // Whose pages of a shared file are whose is not known well enough to put them into somebody's envelope (§5.3).
  if (hasPageRange) return 'pageRangeUnsupported'
  const forms = files.map(({ content, mediaType }) => content && printFormOf(content, mediaType))
  if (files.length > 0 && forms.every((form) => form === null)) return 'nothingPrintable'
  const encrypted = files.some(({ content }, i) => forms[i] === 'pdf' && isEncryptedPdf(content!))
  return encrypted ? 'pdfEncrypted' : null
}
