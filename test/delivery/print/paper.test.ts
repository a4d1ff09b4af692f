import { join } from 'node:path'
import { PDFDocument } from '@cantoo/pdf-lib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { file, newPerson } from '../../support/requests.js'
import { office } from '../../support/files.js'
import { makePng, tinyJpeg } from './images.js'
import {
  attached,
  attempt,
  hasPdfText,
  makePdf,
  openPrintRoom,
  pageSizes,
  pdfFile,
  stateOf,
  takeLetters,
  textOf,
  type PrintRoom,
  type SentLetter,
} from './support.js'

const A4 = '595x842'
const withText = hasPdfText ? test : test.skip

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

let room: PrintRoom
let channel: ReturnType<PrintRoom['channel']>
beforeAll(async () => {
  room = await openPrintRoom()
  channel = room.channel()
})
afterAll(() => room.close())

const folder = (): string => join(room.dir, 'data', 'print-test')

/** Sends a letter, prints it, and takes it from the folder of the test side. */
async function printed(letter: SentLetter) {
  await room.queue(letter)
  const outcome = await attempt(room.db, channel)
  expect(outcome).toMatchObject({ kind: 'delivered' })
  const [taken, ...more] = takeLetters(folder())
  expect(more).toEqual([])
  return { ...taken!, sizes: await pageSizes(taken!.pdf) }
}

describe('the order of pages', () => {
  test("a letter's PDFs are printed one after the other, and nothing else", async () => {
    const first = await makePdf([
      [400, 500, 'yksi'],
      [410, 510, 'kaksi'],
    ])
    const second = await makePdf([[420, 520, 'kolme']])
    const { sizes, control } = await printed({ files: [pdfFile(first), pdfFile(second)] })
    expect(sizes).toEqual(['400x500', '410x510', '420x520'])
    expect(control.document).toMatchObject({ pages: 3, firstPageIsAddressPage: false, omittedFiles: 0 })
  })

  test('an address page stands before them when the sender asks for one', async () => {
    const pdf = await makePdf([[400, 500, 'sisältö']])
    const { sizes, control } = await printed({ files: [pdfFile(pdf)], fields: { LisaaOsoitesivu: 'true' } })
    expect(sizes).toEqual([A4, '400x500'])
    expect(control.document).toMatchObject({ pages: 2, firstPageIsAddressPage: true })
  })

  test('pictures become A4 pages behind an address page, because nothing else shows the address', async () => {
    const files = [attached(makePng(300, 200), 'image/png'), attached(tinyJpeg, 'image/jpeg')]
    const { sizes, control } = await printed({ files })
    expect(sizes).toEqual([A4, A4, A4])
    expect(control.document).toMatchObject({ firstPageIsAddressPage: true })
  })

  test('a message without attachments becomes a letter of its own words', async () => {
    expect((await printed({})).sizes).toEqual([A4])
    expect((await printed({ fields: { LisaaOsoitesivu: 'true' } })).sizes).toEqual([A4, A4])
  })

  test('what cannot be printed is named on a last page', async () => {
    const pdf = await makePdf([[400, 500, 'sisältö']])
    const link = file({
      ...{ TiedostoSisalto: undefined, TiedostoURL: 'https://example.fi/ohje' },
      ...{ TiedostoMuoto: 'text/url', TiedostoNimi: undefined, TiedostonKuvaus: 'Ohje' },
    })
    const document = attached(office('docx'), DOCX, 'laskelma.docx')
    const { sizes, control, pdf: whole } = await printed({ files: [document, pdfFile(pdf), link] })
    expect(sizes).toEqual(['400x500', A4])
    expect(control.document).toMatchObject({ omittedFiles: 2 })
    if (hasPdfText) expect(textOf(whole)[1]).toMatch(/laskelma\.docx[^]*Ohje: https:\/\/example\.fi\/ohje/)
  })
})

describe('how pages lie', () => {
  test.each([
    ['stay as they are', 'false', ['842x595']],
    ['are turned to portrait when that is allowed', 'true', ['595x842']],
  ])('landscape pages %s', async (_what, SalliLiitteenKiertoPystyyn, sizes) => {
    const pdf = await makePdf([[842, 595, 'leveä']])
    expect((await printed({ files: [pdfFile(pdf)], fields: { SalliLiitteenKiertoPystyyn } })).sizes).toEqual(sizes)
  })

  test('a page larger than A4 is shrunk to it, whatever corner it is measured from', async () => {
    const plan = await PDFDocument.create()
    plan.addPage([1191, 1684])
    const shifted = plan.addPage([1684, 1191])
    shifted.setMediaBox(-100, 50, 1684, 1191)
    const pdf = Buffer.from(await plan.save())
    expect((await printed({ files: [pdfFile(pdf)] })).sizes).toEqual([A4, '842x595'])
  })
})

describe('what is written', () => {
  withText('the window shows name, street and place, and the letter goes on below it', async () => {
    const KuvausTeksti = 'Ensimmäinen rivi, 100 €.\nToinen rivi: čđŋšŧž Łódź Ünal.'
    const { pdf } = await printed({ fields: { Nimeke: 'Päätös åäö', KuvausTeksti } })
    const lines = textOf(pdf)[0]!
      .split('\n')
      .map((line) => line.trim())
    const at = lines.indexOf('Aili Öhström')
    expect(lines.slice(at, at + 3)).toEqual(['Aili Öhström', 'Esimerkkikuja 3 B 12', '00100 HELSINKI'])
    expect(lines.indexOf('Päätös åäö')).toBeGreaterThan(at + 3)
    expect(lines).toEqual(expect.arrayContaining(['Ensimmäinen rivi, 100 €.', 'Toinen rivi: čđŋšŧž Łódź Ünal.']))
    // The window of a C5 or E5 envelope: 20 to 110 mm from the left, 50 to 85 mm from above.
    const [page] = textOf(pdf, ...['-x', '57', '-y', '142', '-W', '255', '-H', '99'])
    expect(page!.trim().split(/\s*\n\s*/)).toEqual(['Aili Öhström', 'Esimerkkikuja 3 B 12', '00100 HELSINKI'])
  })

  withText('a foreign address ends with its country in capitals', async () => {
    const address =
      '<Osoite><Nimi>A B</Nimi><Lahiosoite>Storgatan 1</Lahiosoite><Postinumero>111 22</Postinumero><Postitoimipaikka>Stockholm</Postitoimipaikka><Maa>se</Maa></Osoite>'
    const { pdf, control } = await printed({ address })
    expect(textOf(pdf)[0]).toMatch(/111 22 Stockholm\s+SWEDEN/)
    expect(control).toMatchObject({ recipient: { address: { country: 'SE' } } })
  })

  withText('a text file is printed, in whichever of two encodings it is', async () => {
    const { pdf } = await printed({
      files: [attached(Buffer.from('äöå €'), 'text/plain'), attached(Buffer.from('äöå', 'latin1'), 'text/plain')],
    })
    expect(textOf(pdf).map((page) => page.trim())).toEqual([expect.anything(), 'äöå €', 'äöå'])
  })

  test('the same letter is the same bytes, in every attempt', async () => {
    const { pdf: wanted, control } = await printed({ fields: { LisaaOsoitesivu: 'true' } })
    await room.db.query(`update delivery set state = 'ready', about = null, finished_at = null where id = $1`, [
      control.id,
    ])
    await attempt(room.db, channel)
    expect(takeLetters(folder())[0]!.pdf.equals(wanted)).toBe(true)
  })
})

describe('what can never be printed', () => {
  const refusal = async (letter: SentLetter) => {
    const queued = await room.queue(letter)
    const { code } = (await attempt(room.db, channel)) as { code?: string }
    return { code, state: await stateOf(room.db, queued) }
  }

  test('ends the message, which had no other way: 550', async () => {
    const whole = await makePdf([[400, 500, 'pitkä '.repeat(500)]])
    const cut = whole.subarray(0, whole.length - 400)
    expect(await refusal({ files: [pdfFile(cut)] })).toEqual({ code: 'PRINT_PDF_BROKEN', state: 550 })
  })

  test('leaves a message alone that also goes to a mailbox', async () => {
    const to = await newPerson(room.gateway)
    const files = [pdfFile(Buffer.from('%PDF-1.4 ei mitään'))]
    expect(await refusal({ to, files, wishes: { Paperi: 'true' } })).toEqual({ code: 'PRINT_PDF_BROKEN', state: 202 })
  })

  test.each([
    [
      'a PDF without pages',
      'PRINT_PDF_BROKEN',
      'application/pdf',
      () => PDFDocument.create().then((pdf) => pdf.save({ addDefaultPage: false })),
    ],
    ['a picture that is none', 'PRINT_IMAGE_BROKEN', 'image/png', () => Promise.resolve(makePng(9, 9).subarray(0, 30))],
    [
      'a script that the font does not have',
      'PRINT_LETTERS_MISSING',
      'text/plain',
      () => Promise.resolve(Buffer.from('مرحبا')),
    ],
  ] as const)('%s', async (_what, code, type, make) => {
    expect(await refusal({ files: [attached(Buffer.from(await make()), type)] })).toEqual({ code, state: 550 })
  })

  test('an encrypted PDF whose trailer intake could not find', async () => {
    const locked = await makePdf([[400, 500, 'salainen']], { userPassword: 'avaa', ownerPassword: 'omista' })
    const hidden = Buffer.from(locked.toString('latin1').replace(/startxref\s+\d+/, 'startxref\n7'), 'latin1')
    expect(await refusal({ files: [pdfFile(hidden)] })).toEqual({ code: 'PRINT_ENCRYPTED', state: 550 })
  })
})
