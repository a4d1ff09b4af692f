import { createHash } from 'node:crypto'
import { degrees, PDFDocument, type PDFPage } from '@cantoo/pdf-lib'
import { CannotPrint, type Printed } from './sheet.js'

const A4 = { short: 595.28, long: 841.89 }
/** Three millimetres: what a printer's own margins hide. */
const NEAR = 8.5

/** A piece of the letter; pages of a sender's own may have to be turned and shrunk. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly isForeign: boolean
}

/**
 * Makes one PDF of all pieces, in their order. Forms, links and scripts stay behind: paper has none.
 * @throws CannotPrint
 */
export async function merge(
  pieces: readonly Piece[],
  { sentAt, rotateToPortrait }: { sentAt: number; rotateToPortrait: boolean },
): Promise<Printed> {
  const whole = await PDFDocument.create({ updateMetadata: false })
  for (const { bytes, isForeign } of pieces) {
    const piece = await load(bytes)
    for (const page of await copied(whole, piece)) {
      if (isForeign) settle(page, rotateToPortrait)
      whole.addPage(page)
    }
  }
  const date = new Date(sentAt)
  whole.setCreationDate(date)
  whole.setModificationDate(date)
  whole.setProducer('Asiointitili Gateway')
  const pdf = await whole.save({ useObjectStreams: false, addDefaultPage: false })
  return { pdf, sha256: createHash('sha256').update(pdf).digest('hex'), pages: whole.getPageCount() }
}

/** How near its end a PDF says that it ends; one that does not was cut, and whatever was cut off would be missing on paper. */
const END_WITHIN = 2_048

async function load(bytes: Uint8Array): Promise<PDFDocument> {
  if (!Buffer.from(bytes.subarray(-END_WITHIN)).includes('%%EOF')) throw new CannotPrint('PRINT_PDF_BROKEN')
  let pdf: PDFDocument
  try {
    pdf = await PDFDocument.load(bytes, { updateMetadata: false, ignoreEncryption: true })
  } catch {
    throw new CannotPrint('PRINT_PDF_BROKEN')
  }
  if (pdf.isEncrypted) throw new CannotPrint('PRINT_ENCRYPTED')
  return pdf
}

async function copied(whole: PDFDocument, piece: PDFDocument): Promise<PDFPage[]> {
  try {
    const pages = await whole.copyPages(piece, piece.getPageIndices())
    if (pages.length === 0) throw new Error('no pages')
    // A page whose size cannot be read is no page.
    for (const page of pages) page.getSize()
    return pages
  } catch {
    throw new CannotPrint('PRINT_PDF_BROKEN')
  }
}

/** Turns a page to portrait where that is allowed, and shrinks one that is larger than A4. */
function settle(page: PDFPage, rotateToPortrait: boolean): void {
  const angle = (((page.getRotation().angle % 360) + 360) % 360) as 0 | 90 | 180 | 270
  const { width, height } = page.getCropBox()
  const sideways = angle % 180 === 90
  const [across, down] = sideways ? [height, width] : [width, height]
  if (rotateToPortrait && across > down) page.setRotation(degrees((angle + 90) % 360))
  const [long, short] = across > down ? [across, down] : [down, across]
  if (long > A4.long + NEAR || short > A4.short + NEAR) shrink(page, Math.min(A4.long / long, A4.short / short))
}

/** Boxes need not begin at the corner, and everything is measured from there. */
function shrink(page: PDFPage, by: number): void {
  const [media, crop, bleed] = [page.getMediaBox(), page.getCropBox(), page.getBleedBox()]
  const [trim, art] = [page.getTrimBox(), page.getArtBox()]
  const scaled = ({ x, y, width, height }: typeof media) => [x * by, y * by, width * by, height * by] as const
  page.scaleContent(by, by)
  page.scaleAnnotations(by, by)
  page.setMediaBox(...scaled(media))
  page.setCropBox(...scaled(crop))
  page.setBleedBox(...scaled(bleed))
  page.setTrimBox(...scaled(trim))
  page.setArtBox(...scaled(art))
}
