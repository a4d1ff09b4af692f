import { demoService } from '../../sandbox/index.js'

/** A letter of one page, as a case-management system would make it. */
export async function makeLetterPdf({ reference, date }: { reference: string; date: Date }): Promise<Buffer> {
  const { default: PdfDocument } = await import('pdfkit')
  const pdf = new PdfDocument({
    size: 'A4',
    margin: 72,
    lang: 'fi',
    info: { Title: TITLE, Author: demoService.authorityName },
  })
  const chunks: Buffer[] = []
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
    pdf.on('end', () => resolve(Buffer.concat(chunks)))
    pdf.on('error', reject)
  })
  pdf.font('Helvetica-Bold').fontSize(16).text(demoService.authorityName)
  pdf
    .font('Helvetica')
    .fontSize(10)
    .text(`${date.toLocaleDateString('fi-FI', { timeZone: 'Europe/Helsinki' })}    ${reference}`)
  pdf.moveDown(3).font('Helvetica-Bold').fontSize(14).text(TITLE).moveDown()
  pdf.font('Helvetica').fontSize(11)
  for (const paragraph of PARAGRAPHS) pdf.text(paragraph, { lineGap: 3 }).moveDown()
  pdf.end()
  return done
}

export const TITLE = 'Päätös hakemukseenne'

const PARAGRAPHS = [
  'Hyvä vastaanottaja,',
  'hakemuksenne on hyväksytty. Tämä kirje on Asiointitili Gatewayn esittelyä varten tehty esimerkki; sillä ei ole oikeusvaikutuksia.',
  'Bästa mottagare, detta brev är ett exempel. Dear recipient, this letter is an example.',
]
