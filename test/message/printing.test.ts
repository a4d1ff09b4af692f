import { PDFDocument } from '@cantoo/pdf-lib'
import { describe, expect, test } from '@jest/globals'
import { faultOfPaper, isEncryptedPdf, isUsableAddress, printFormOf } from '../../src/message/printing.js'
import { makePdf } from '../delivery/print/support.js'

const plain = await makePdf([[400, 500, 'avoin']])
const locked = await makePdf([[400, 500, 'salainen']], { userPassword: 'avaa', ownerPassword: 'omista' })
/** Newer files keep their trailer in a stream. */
const lockedInStream = await (async () => {
  const pdf = await PDFDocument.load(plain)
  pdf.encrypt({ userPassword: 'avaa', ownerPassword: 'omista', permissions: {} })
  return Buffer.from(await pdf.save({ useObjectStreams: true }))
})()
const plainInStream = Buffer.from(await (await PDFDocument.load(plain)).save({ useObjectStreams: true }))

describe('an encrypted PDF', () => {
  test('is known by its trailer, in both forms that a trailer has', () => {
    expect([locked, lockedInStream].map(isEncryptedPdf)).toEqual([true, true])
  })

  test('is not one that only speaks of encryption', () => {
    const speaking = plain.toString('latin1').replace('trailer', '% /Encrypt 1 0 R\ntrailer')
    expect([plain, plainInStream, Buffer.from(speaking, 'latin1')].map(isEncryptedPdf)).toEqual([false, false, false])
  })

  test.each(['', '%PDF-1.4', 'startxref 5 %%EOF', 'startxref\n999999999\n%%EOF', 'startxref -1 %%EOF'])(
    'is not a piece of a file: %j',
    (text) => expect(isEncryptedPdf(Buffer.from(text))).toBe(false),
  )
})

describe('whether a file can be printed', () => {
  test.each([
    ['pdf', 'application/octet-stream', Buffer.from('\n\n%PDF-1.7 …')],
    ['png', 'application/pdf', Buffer.from('89504e470d0a1a0a00', 'hex')],
    ['jpeg', null, Buffer.from('ffd8ffe000', 'hex')],
    ['text', 'text/plain', Buffer.from('Hei')],
    [null, 'text/plain', Buffer.from([0, 1, 2])],
    [null, 'application/pdf', Buffer.from('PK\u0003\u0004')],
    [null, 'application/msword', Buffer.from('d0cf11e0', 'hex')],
  ] as const)('its content decides: %s for what is called %s', (form, mediaType, content) => {
    expect(printFormOf(content, mediaType)).toBe(form)
  })

  const pdf = { content: plain, mediaType: 'application/pdf' }
  const word = { content: Buffer.from('PK'), mediaType: 'application/msword' }
  const link = { content: null, mediaType: 'text/url' }
  test.each([
    [null, []],
    [null, [pdf]],
    [null, [word, pdf, link]],
    ['nothingPrintable', [word]],
    ['nothingPrintable', [word, link]],
    ['pdfEncrypted', [pdf, { content: locked, mediaType: 'application/pdf' }]],
  ] as const)('of a whole letter: %s', (fault, files) => {
    expect(faultOfPaper(files, { hasPageRange: false })).toBe(fault)
  })

  test('pages of a file that several recipients share are not told apart', () => {
    expect(faultOfPaper([pdf], { hasPageRange: true })).toBe('pageRangeUnsupported')
  })
})

describe('an address', () => {
  const address = { name: 'A', street: 'B', postalCode: '00100', city: 'C', country: 'FI' }
  test.each(['name', 'street', 'postalCode', 'city'] as const)('in Finland needs its %s', (line) => {
    expect(isUsableAddress({ ...address, [line]: ' ' })).toBe(false)
  })

  test('abroad may lack a postal code', () => {
    expect(isUsableAddress({ ...address, postalCode: '', country: 'AE' })).toBe(true)
    expect(isUsableAddress({ ...address, city: '', country: 'AE' })).toBe(false)
  })

  test('that is not there is none', () => expect(isUsableAddress(null)).toBe(false))
})
