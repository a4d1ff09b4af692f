import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as files from '../support/files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import {
  addItems,
  ask,
  file,
  item,
  newPerson,
  newSender,
  sendMessage,
  stored,
  storedFiles,
  type Sender,
} from '../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string
beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const OFFICE = 'application/vnd.openxmlformats-officedocument'
const type = {
  pdf: 'application/pdf',
  text: 'text/plain',
  png: 'image/png',
  jpeg: 'image/jpeg',
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  docx: `${OFFICE}.wordprocessingml.document`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  pptx: `${OFFICE}.presentationml.presentation`,
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
}

const letterOf = (content: Buffer, stated: string, name = 'liite'): string =>
  item(person, {
    Tiedostot: file({ TiedostoSisalto: content.toString('base64'), TiedostoMuoto: stated, TiedostoNimi: name }),
  })

const text = (content: string): Buffer => Buffer.from(content)
const { office, openDocument, ole, officeParts, zip } = files
/** As .NET writes it: sizes behind the entries, the content types last, and something large before them. */
const streamedDocx = (): Buffer =>
  zip(
    [...officeParts('docx').slice(1), { name: 'word/media/kuva.png', content: randomBytes(1_500_000) }].concat(
      officeParts('docx')[0]!,
    ),
    { streamed: true },
  )

describe('is taken as what it is', () => {
  test.each<[string, Buffer, string, string]>([
    ['a PDF', files.pdf, type.pdf, type.pdf],
    [
      'a PDF with something before its header',
      Buffer.concat([text('HTTP/1.1 200 OK\r\n\r\n'), files.pdf]),
      type.pdf,
      type.pdf,
    ],
    [
      'a PDF whose header stands just within its first 1,024 bytes',
      Buffer.concat([Buffer.alloc(1019, 1), files.pdf]),
      type.pdf,
      type.pdf,
    ],
    ['a PDF called text', files.pdf, type.text, type.pdf],
    ['a PDF called a picture', files.pdf, type.png, type.pdf],
    ['a PNG', files.png, type.png, type.png],
    ['a PNG called JPEG', files.png, type.jpeg, type.png],
    ['a JPEG called PNG', files.jpeg, type.png, type.jpeg],
    ['a picture called PDF', files.jpeg, type.pdf, type.jpeg],
    ['a document of Word', office('docx'), type.docx, type.docx],
    ['a document of Excel', office('xlsx'), type.xlsx, type.xlsx],
    ['a document of PowerPoint', office('pptx'), type.pptx, type.pptx],
    ['a document of Word whose type stands at its end', streamedDocx(), type.docx, type.docx],
    ['a document of Word called one of Excel', office('docx'), type.xlsx, type.docx],
    ['a document of the new Word called one of the old', office('docx'), type.doc, type.docx],
    ['an OpenDocument text', openDocument('text'), type.odt, type.odt],
    ['an OpenDocument spreadsheet', openDocument('spreadsheet'), type.ods, type.ods],
    ['an OpenDocument text called PDF', openDocument('text'), type.pdf, type.odt],
    ['a document of the old Word', ole(), type.doc, type.doc],
    ['a document of the old Excel', ole(), type.xls, type.xls],
    ['text', text('Hyvä vastaanottaja'), type.text, type.text],
    ['text of Windows', Buffer.from('P\xe4\xe4t\xf6s \x96 liite\r\n\x1a', 'latin1'), type.text, type.text],
    ['text that begins like a picture', text('BMI 24'), type.text, type.text],
    ['text that begins like a program', text('MZ-luokka'), type.text, type.text],
    ['text that begins like a film', text('The free text'), type.text, type.text],
    ['text that speaks of HTML and PDF', text('Liite: <html> tai %PDF-1.4'), type.text, type.text],
    ['the address that a link was sent with', text('https://example.fi/'), 'text/url', 'text/url'],
  ])('%s', async (_kind, content, stated, taken) => {
    const answer = await ask(gateway, addItems(sender, letterOf(content, stated)))
    expect(answer.itemCodes).toEqual([202])
    const [found] = await storedFiles(gateway, answer)
    expect([found?.mediaType, found?.content?.equals(content)]).toEqual([taken, true])
  })

  test('a document of the old Word called PDF, by the end of its name', async () => {
    const answer = await ask(gateway, addItems(sender, letterOf(ole(), type.pdf, 'kirje.DOC')))
    expect(await storedFiles(gateway, answer)).toMatchObject([{ mediaType: type.doc }])
  })
})

describe('is refused, 528 and 525, whatever it is called', () => {
  const everyType = [type.pdf, type.text, type.png, type.doc, type.docx]
  test.each<[string, Buffer, string[]?]>([
    ['a program of Windows', files.exe],
    ['a program of Linux', files.elf],
    ['a program that Windows installs', files.installer()],
    ['a script', text('#!/bin/sh\nrm -rf /\n')],
    ['a zip', zip([{ name: 'a.txt', content: 'a' }])],
    ['a Java program', zip([{ name: 'META-INF/MANIFEST.MF', content: '' }])],
    ['a Word document with macros', office('docm')],
    ['an OpenDocument presentation', openDocument('presentation')],
    ['a gzip', files.gzip],
    ['a zip that says it is a PDF', zip([{ name: 'mimetype', content: 'application/pdf' }])],
    ['a zip that is an Office document by its first name only', zip([{ name: '[Content_Types].xml', content: 'x' }])],
    ['a zip without its end', office('docx').subarray(0, -30)],
    ['a film', Buffer.from('\x1aE\xdf\xa3\x01webm', 'latin1')],
    ['a sound', Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1')],
    ['a RAR', files.rar],
    ['HTML', text('\ufeff \n<!DOCTYPE html><p>x')],
    ['HTML without a head', text('<script>alert(1)</script>')],
    ['HTML with a PDF in it', Buffer.concat([text('<html>'), files.pdf])],
    ['a program with a PDF in it', Buffer.concat([files.exe, files.pdf])],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['XML', text('<?xml version="1.0"?><a/>')],
    ['RTF', text('{\\rtf1 a}')],
    ['PostScript', text('%!PS-Adobe-3.0')],
    ['a GIF', files.gif],
    ['bytes that are nothing', Buffer.from([1, 2, 3, 0, 5, 6]), everyType],
    ['text called something else', text('Hyvä vastaanottaja'), [type.pdf, type.png, type.doc, type.docx]],
    ['a document of the old Word called something quite different', ole(), [type.pdf, type.text, type.docx]],
    ['a PDF whose header stands too late', Buffer.concat([Buffer.alloc(1_025, 1), files.pdf]), [type.pdf]],
    ['a PDF cut off before its header', files.pdf.subarray(3), [type.pdf]],
    ['text of two bytes a letter', Buffer.from('\ufeffPäätös', 'utf16le'), [type.text]],
  ])('%s', async (_kind, content, called = everyType) => {
    for (const stated of called) {
      const letter = letterOf(content, stated)
      const [added, sent] = [
        await ask(gateway, addItems(sender, letter)),
        await ask(gateway, sendMessage(sender, letter)),
      ]
      expect([stated, added.itemCodes, sent.code]).toEqual([stated, [528], 525])
      expect([...(await stored(gateway, added)), ...(await stored(gateway, sent))]).toEqual([])
    }
  })
})

test('a service that takes some types only is not sent another under their names', async () => {
  const narrow = await newSender(gateway, { settings: { attachmentTypes: [type.pdf, type.png] } })
  const codeOf = async (content: Buffer, stated: string) =>
    (await ask(gateway, addItems(narrow, letterOf(content, stated)))).itemCodes[0]
  expect(await codeOf(files.png, type.pdf)).toBe(202)
  expect(await codeOf(files.jpeg, type.pdf)).toBe(528)
  expect(await codeOf(office('docx'), type.pdf)).toBe(528)
  expect(await codeOf(files.pdf, type.docx)).toBe(528)
})

test('print files on message level are looked at too', async () => {
  const request = (content: Buffer) =>
    sendMessage(sender, item(person)).replace(
      '<Kohteet>',
      `<Tiedostot><TiedostoSisalto>${content.toString('base64')}</TiedostoSisalto><TiedostoMuoto>application/pdf</TiedostoMuoto><TiedostoNimi>a.pdf</TiedostoNimi></Tiedostot><Kohteet>`,
    )
  expect((await ask(gateway, request(files.pdf))).code).toBe(202)
  expect((await ask(gateway, request(files.exe))).code).toBe(525)
})

test('an item has so many files and links and no more, print files among them', async () => {
  const link = '<Tiedosto><TiedostoURL>https://example.fi/</TiedostoURL></Tiedosto>'
  const letter = (count: number) => item(person, { Tiedostot: link.repeat(count) })
  expect((await ask(gateway, addItems(sender, letter(300)))).itemCodes).toEqual([200])
  expect((await ask(gateway, addItems(sender, letter(301) + item(person)))).itemCodes).toEqual([525, 200])
  expect((await ask(gateway, sendMessage(sender, letter(301)))).code).toBe(525)
  const print = '<Tiedostot><TiedostoURL>https://example.fi/</TiedostoURL></Tiedostot><Kohteet>'
  const both = (count: number) => sendMessage(sender, letter(count)).replace('<Kohteet>', print)
  expect([(await ask(gateway, both(299))).code, (await ask(gateway, both(300))).code]).toEqual([202, 525])
})
