import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { DUPLICATE_SENTENCE } from '../support/clients/index.js'
import {
  attached,
  makePdf,
  openPrintRoom,
  pdfFile,
  type PrintRoom,
  type SentLetter,
} from '../delivery/print/support.js'
import { office } from '../support/files.js'
import { file, newPerson, newReference, postalAddress, stored } from '../support/requests.js'

let room: PrintRoom
beforeAll(async () => {
  room = await openPrintRoom()
})
afterAll(() => room.close())

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const word = (): string => attached(office('docx'), DOCX)
const link = (): string =>
  file({ TiedostoSisalto: undefined, TiedostoURL: 'https://example.fi/', TiedostoMuoto: 'text/url' })
const locked = () => makePdf([[400, 500, 'salainen']], { userPassword: 'avaa', ownerPassword: 'omista' })
const without = (element: string): string => postalAddress.replace(new RegExp(`<${element}>.*?</${element}>`), '')

const refused: readonly [what: string, reason: RegExp, letter: () => SentLetter | Promise<SentLetter>][] = [
  ['no address', /osoite/, () => ({ address: '' })],
  ['an address without a street', /osoite/, () => ({ address: without('Lahiosoite') })],
  ['an address without a postal code', /osoite/, () => ({ address: without('Postinumero') })],
  ['only an office file', /tulostaa/, () => ({ files: [word()] })],
  ['only links', /tulostaa/, () => ({ files: [link(), link()] })],
  ['an encrypted PDF', /salattu/, async () => ({ files: [pdfFile(await locked())] })],
  ['a page range', /Sivut/, () => ({ fields: { Sivut: '<Alkusivu>1</Alkusivu><Sivumaara>2</Sivumaara>' } })],
]

test.each(refused)('a letter for paper with %s is refused with 525 and a reason', async (_what, reason, letter) => {
  const answer = await room.send(await letter())
  expect(answer.code).toBe(525)
  expect(answer.text).toMatch(reason)
  expect(answer.text).not.toMatch(new RegExp(`^${DUPLICATE_SENTENCE}`))
  expect(await stored(room.gateway, answer)).toEqual([])
})

test.each(refused)('%s does not matter where nothing is printed', async (_what, _reason, letter) => {
  const to = await newPerson(room.gateway)
  const sent = await letter()
  expect((await room.send({ ...sent, to })).code).toBe(202)
  expect((await room.send({ ...sent, to, wishes: { Paperi: 'true', LahetaTulostukseen: 'false' } })).code).toBe(202)
})

test('with Paperi it matters for owners of mailboxes too', async () => {
  const to = await newPerson(room.gateway)
  expect((await room.send({ to, address: '', wishes: { Paperi: 'true' } })).code).toBe(525)
  const both = await room.send({ to, wishes: { Paperi: 'true' } })
  expect((await stored(room.gateway, both))[0]!.deliveries.map(({ channel }) => channel)).toEqual(['mailbox', 'print'])
})

test('one attachment that can be printed is enough', async () => {
  const pdf = await makePdf([[400, 500, 'sisältö']])
  expect((await room.send({ files: [word(), pdfFile(pdf), link()] })).code).toBe(202)
})

test('a letter that is there already is a duplicate, whatever its repeat lacks', async () => {
  const fields = { ViranomaisTunniste: newReference() }
  const to = await newPerson(room.gateway, 'none')
  expect((await room.send({ to, fields })).code).toBe(202)
  const again = await room.send({ to, fields, address: '' })
  expect(again.code).toBe(525)
  expect(again.text).toMatch(new RegExp(`^${DUPLICATE_SENTENCE}`))
})
