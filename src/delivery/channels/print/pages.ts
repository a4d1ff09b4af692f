import { readFileSync } from 'node:fs'
import PdfDocument from 'pdfkit'
import { CannotPrint, type Sheet } from './sheet.js'

type Pdf = InstanceType<typeof PdfDocument>

const FONTS = new URL('../../../../fonts/', import.meta.url)
const regular = readFileSync(new URL('SourceSans3-Regular.ttf', FONTS))
const semibold = readFileSync(new URL('SourceSans3-SemiBold.ttf', FONTS))

const mm = (value: number): number => (value * 72) / 25.4

/** Where a C5 or E5 envelope with a window on the left shows the address (docs/printing.md), and the body of a Finnish letter. */
const LEFT = mm(22)
const RIGHT = mm(20)
const WINDOW = { top: mm(52), width: mm(85) }
const SENDER_TOP = mm(15)
const BODY_TOP = mm(100)
const NEXT_TOP = mm(28)
const BOTTOM = mm(22)
const IMAGE_MARGIN = mm(15)
/** Pixels of a screen: a small picture is not blown up. */
const POINTS_PER_PIXEL = 72 / 96
/** A long book; nobody's letter. */
const MAX_TEXT = 500_000

type Frame = Pick<Sheet, 'sender' | 'addressLines' | 'sentAt'>

/** One page that shows nothing but who writes to whom. */
export const addressPage = (frame: Frame): Promise<Buffer> => make(frame, (pdf) => letterhead(pdf, frame))

/** The letter's own words; `addressed` when they are the first page that anybody sees. */
export const textPages = (frame: Frame, text: NonNullable<Sheet['text']>): Promise<Buffer> =>
  make(frame, (pdf) => {
    if (text.addressed) {
      letterhead(pdf, frame)
      pdf.y = BODY_TOP
    }
    if (text.title !== '') paragraph(pdf, text.title, { bold: true, size: 15 })
    paragraph(pdf, text.body)
    numberPages(pdf)
  })

/** An attachment that is plain text. */
export const plainTextPages = (frame: Frame, bytes: Uint8Array): Promise<Buffer> =>
  make(frame, (pdf) => {
    paragraph(pdf, decodeText(bytes))
    numberPages(pdf)
  })

/** Tells the recipient what else belongs to the letter. */
export const omittedPage = (frame: Frame, omitted: readonly string[]): Promise<Buffer> =>
  make(frame, (pdf) => {
    for (const [i, sentence] of OMITTED.entries()) paragraph(pdf, sentence, i === 0 ? { bold: true } : {})
    pdf.moveDown(0.5)
    for (const name of omitted) paragraph(pdf, `– ${name}`)
  })

const OMITTED = [
  'Näitä kirjeen liitteitä ei voi tulostaa paperille. Saat ne kirjeen lähettäjältä:',
  'Dessa bilagor till brevet kan inte skrivas ut på papper. Du får dem av brevets avsändare:',
  'These attachments of the letter cannot be printed on paper. You get them from the sender of the letter:',
]

/** A picture on A4, upright as its camera says, and turned to portrait where that is allowed. */
export const imagePage = (frame: Frame, bytes: Uint8Array, rotateToPortrait: boolean): Promise<Buffer> =>
  make(frame, (pdf) => {
    const { width: pageWidth, height: pageHeight } = pdf.page
    const image = openImage(pdf, bytes)
    const turned = rotateToPortrait && image.width > image.height
    if (turned) pdf.rotate(90, { origin: [pageWidth / 2, pageHeight / 2] })
    const [across, down] = turned ? [pageHeight, pageWidth] : [pageWidth, pageHeight]
    const width = Math.min(across - 2 * IMAGE_MARGIN, image.width * POINTS_PER_PIXEL)
    const height = Math.min(down - 2 * IMAGE_MARGIN, image.height * POINTS_PER_PIXEL)
    const at = { x: (pageWidth - width) / 2, y: (pageHeight - height) / 2 }
    pdf.image(image.opened, at.x, at.y, { fit: [width, height], align: 'center', valign: 'center' })
  })

/** Its size as it will be seen: a camera that was held sideways notes that instead of turning the picture. */
function openImage(pdf: Pdf, bytes: Uint8Array): { opened: PDFKit.Mixins.ImageSrc; width: number; height: number } {
  try {
    const opened = (pdf as unknown as { openImage: (src: Buffer) => OpenedImage }).openImage(Buffer.from(bytes))
    const { width, height, orientation = 1 } = opened
    if (!(width > 0 && height > 0)) throw new Error('no size')
    if (width * height > MAX_PIXELS) throw new CannotPrint('PRINT_TOO_LARGE')
    const sideways = orientation > 4
    const src = opened as unknown as PDFKit.Mixins.ImageSrc
    return { opened: src, width: sideways ? height : width, height: sideways ? width : height }
  } catch (error) {
    throw error instanceof CannotPrint ? error : new CannotPrint('PRINT_IMAGE_BROKEN')
  }
}

interface OpenedImage {
  readonly width: number
  readonly height: number
  readonly orientation?: number
}

/** Opened, a picture with transparency takes four bytes a pixel. */
const MAX_PIXELS = 60_000_000

function make({ sentAt }: Frame, draw: (pdf: Pdf) => void): Promise<Buffer> {
  const pdf = new PdfDocument({
    size: 'A4',
    margins: { top: NEXT_TOP, left: LEFT, right: RIGHT, bottom: BOTTOM },
    bufferPages: true,
    info: { CreationDate: new Date(sentAt) },
  })
  pdf.registerFont('regular', regular).registerFont('bold', semibold)
  const chunks: Buffer[] = []
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
    pdf.on('end', () => resolve(Buffer.concat(chunks)))
    pdf.on('error', reject)
  })
  draw(pdf)
  pdf.end()
  return done
}

function letterhead(pdf: Pdf, { sender, addressLines, sentAt }: Frame): void {
  const line = (text: string): string => printable(pdf, text)
  pdf
    .fontSize(10)
    .font('regular')
    .text(dateOf(sentAt), pdf.page.width / 2 + mm(15), SENDER_TOP)
  const cut = { width: WINDOW.width, ellipsis: true }
  pdf.fontSize(11).font('bold')
  pdf.text(line(sender.name), LEFT, SENDER_TOP, { ...cut, height: WINDOW.top - SENDER_TOP - mm(14) })
  pdf.fontSize(9).font('regular')
  for (const one of sender.lines) pdf.text(line(one), { ...cut, height: mm(5) })
  // Not one long text: what does not fit below the window would push the rest of the letter away.
  pdf.fontSize(11)
  const height = BODY_TOP - WINDOW.top - mm(8)
  pdf.text(addressLines.map(line).join('\n'), LEFT, WINDOW.top, { ...cut, height, lineGap: 0.5 })
  pdf.x = LEFT
}

const dateOf = (at: number): string => new Date(at).toLocaleDateString('fi-FI', { timeZone: 'Europe/Helsinki' })

function paragraph(pdf: Pdf, text: string, { bold = false, size = 11 } = {}): void {
  if (text.length > MAX_TEXT) throw new CannotPrint('PRINT_TOO_LARGE')
  pdf
    .font(bold ? 'bold' : 'regular')
    .fontSize(size)
    .text(printable(pdf, text), { lineGap: 2 })
  pdf.moveDown(0.6)
}

function numberPages(pdf: Pdf): void {
  const { count } = pdf.bufferedPageRange()
  if (count === 1) return
  for (let i = 0; i < count; i++) {
    pdf.switchToPage(i)
    pdf.font('regular').fontSize(9)
    pdf.text(`${i + 1} (${count})`, LEFT, SENDER_TOP, { width: pdf.page.width - LEFT - RIGHT, align: 'right' })
  }
}

/**
 * Text as it can be set. Signs that the font does not have become a box, but a letter of a script that it does not have
 * would make a decision unreadable, and is refused.
 */
function printable(pdf: Pdf, text: string): string {
  const { font } = (pdf as unknown as { _font: { font: { hasGlyphForCodePoint: (code: number) => boolean } } })._font
  const plain = text
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029\v\f]/g, '\n')
    .replaceAll('\t', '    ')
    .replace(/(?![\n\u00ad])[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, '')
  for (const sign of new Set(plain))
    if (/[\p{L}\p{M}\p{N}]/u.test(sign) && !font.hasGlyphForCodePoint(sign.codePointAt(0)!))
      throw new CannotPrint('PRINT_LETTERS_MISSING')
  return plain
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
