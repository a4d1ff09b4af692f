import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  file,
  item,
  newPerson,
  newReference,
  newSender,
  postalAddress,
  sendMessage,
  stored,
  storedFiles,
  storedItems,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const sentAt = async (written: string | undefined) => {
  const answer = await ask(gateway, addItems(sender, item(person, { LahetysPvm: written })))
  expect(answer.itemCodes).toEqual([200])
  return { sentAt: (await storedItems(gateway, answer))[0]!.sentAt, traceId: answer.traceId }
}

describe('R17', () => {
  test.each([
    ['2026-03-04T12:00:00Z', '2026-03-04T12:00:00.000Z'],
    ['2026-03-04T12:00:00+02:00', '2026-03-04T10:00:00.000Z'],
    ['2026-03-04T12:00:00-09:30', '2026-03-04T21:30:00.000Z'],
    ['2026-03-04T12:00:00+14:00', '2026-03-03T22:00:00.000Z'],
    ['2026-03-04T12:00:00.1Z', '2026-03-04T12:00:00.100Z'],
    ['2026-03-04T12:00:00.123456Z', '2026-03-04T12:00:00.123Z'],
    ['2026-03-04T12:00:00.1234567+02:00', '2026-03-04T10:00:00.123Z'],
    ['2026-03-04T12:00:00.123456789Z', '2026-03-04T12:00:00.123Z'],
    ['2026-03-04T00:00:00.000+02:00', '2026-03-03T22:00:00.000Z'],
    ['2026-03-04T24:00:00Z', '2026-03-05T00:00:00.000Z'],
    ['\n  2026-03-04T12:00:00Z\t', '2026-03-04T12:00:00.000Z'],
    // without a zone it is Finnish time, winter and summer
    ['2026-03-04T12:00:00', '2026-03-04T10:00:00.000Z'],
    ['2026-07-01T12:00:00.5', '2026-07-01T09:00:00.500Z'],
    // long past and far ahead
    ['1917-12-06T00:00:00Z', '1917-12-06T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('R17: LahetysPvm %j is the instant %s', async (written, instant) => {
    expect((await sentAt(written)).sentAt.toISOString()).toBe(instant)
  })

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \n '],
    ['words', 'eilen'],
    ['a Finnish date', '4.3.2026 12:00'],
    ['an impossible month', '2026-13-04T12:00:00Z'],
    ['an impossible zone', '2026-03-04T12:00:00+99:99'],
    ['a JavaScript date', 'Wed Mar 04 2026 12:00:00 GMT+0200'],
  ])('R17: LahetysPvm that is %s means the time of receipt', async (_kind, written) => {
    const before = Date.now()
    const { sentAt: at } = await sentAt(written)
    expect(at.getTime()).toBeGreaterThanOrEqual(before - 1)
    expect(at.getTime()).toBeLessThanOrEqual(Date.now() + 1)
  })

  test.each([
    ...['-0044-03-15T12:00:00Z', '0000-01-01T00:00:00Z', '12026-03-04T12:00:00Z', '999999-12-31T23:59:59Z'],
    ...['2026-02-30T12:00:00Z', '2026-03-29T03:30:00', '2026-10-25T03:30:00', '2026-03-04', '2026-03-04+02:00'],
    ...['2026-03-04T12:00Z', '2026-03-04T12:00:60Z', '2026-03-04T12:00:00.Z', '2026-03-04T12:00:00,5Z'],
  ])('R17: LahetysPvm %s never refuses a message', async (written) => {
    await sentAt(written)
    const answer = await ask(gateway, sendMessage(sender, item(person, { LahetysPvm: written })))
    expect(answer.code).toBe(202)
  })
})

describe('R18', () => {
  const kohde = [
    'VahvistusVaatimus',
    'VaadiLukukuittaus',
    'Maksullisuus',
    'LisaaOsoitesivu',
    'SalliLiitteenKiertoPystyyn',
  ]
  const print = ['Paperi', 'LahetaTulostukseen', 'Varitulostus']
  const all = (names: string[], value: string) => Object.fromEntries(names.map((name) => [name, value]))

  test.each([
    ['1', true],
    ['true', true],
    ['TRUE', true],
    [' 1 ', true],
    ['\n\ttrue\r\n', true],
    ['<![CDATA[1]]>', true],
    ['0', false],
    ['false', false],
    ['False', false],
    [' 0\n', false],
  ])('R18: a flag written %j is %s', async (written, value) => {
    const letter = item(customer(person, postalAddress), all(kohde, written))
    const answer = await ask(
      gateway,
      sendMessage(sender, letter, { ...all(print, written), Laskutus: '<Tunniste>ABC123</Tunniste>' }),
    )
    expect(answer.code).toBe(202)
    const [row] = await stored(gateway, answer)
    expect(row?.content).toMatchObject({ feeApplies: value, addAddressPage: value, allowRotateToPortrait: value })
    expect(row?.content.print).toMatchObject({ alsoOnPaper: value, enabled: value, colour: value })
    expect(row?.deliveries.map(({ channel }) => channel)).toEqual(value ? ['mailbox', 'print'] : ['mailbox'])
    expect(await storedItems(gateway, answer)).toMatchObject([{ acknowledge: value, readReceipt: value }])
  })
})

describe('R19', () => {
  test.each([
    ['numeric references', 'P&#228;&#xE4;t&#xf6;s &#x1F600; &#38;', 'Päätös \u{1f600} &'],
    ['named references', '&lt;a&gt; &amp;amp; &quot;b&quot; &apos;c&apos;', `<a> &amp; "b" 'c'`],
    ['CDATA', '<![CDATA[<b>&amp; ]]]]><![CDATA[>]]> loppu', '<b>&amp; ]]> loppu'],
    ['CRLF and CR', 'rivi 1\r\nrivi 2\rrivi 3\n', 'rivi 1\nrivi 2\nrivi 3\n'],
    ['a carriage return as a reference', 'rivi 1&#13;\nrivi 2', 'rivi 1\r\nrivi 2'],
    ['comments inside', 'Pää<!-- x -->tös', 'Päätös'],
    ['white space around', '  Päätös\n', '  Päätös\n'],
  ])('R19: text with %s is stored as it was meant, signed or not', async (_kind, written, meant) => {
    const request = () =>
      addItems(sender, item(person, { Nimeke: written, KuvausTeksti: written, ViranomaisTunniste: newReference() }))
    for (const answer of [await ask(gateway, request()), await askSigned(gateway, sender, request())]) {
      expect(answer.itemCodes).toEqual([200])
      const [row] = await stored(gateway, answer)
      expect(row?.content).toMatchObject({ title: meant, body: meant })
    }
  })

  const lines = (base64: string, width: number, end: string) =>
    base64.replace(new RegExp(`.{${width}}`, 'g'), `$&${end}`)
  const spellings: [string, (base64: string) => string][] = [
    ['in one line', (base64) => base64],
    ['in lines ending CRLF', (base64) => lines(base64, 76, '\r\n')],
    ['in lines ending LF, indented', (base64) => `\n    ${lines(base64, 64, '\n    ')}\n  `],
    ['with a space after every third character', (base64) => lines(base64, 3, ' ')],
    ['with carriage returns as references', (base64) => lines(base64, 76, '&#13;\n')],
    ['in CDATA', (base64) => `<![CDATA[${lines(base64, 76, '\n')}]]>`],
    [
      'half in CDATA, with a comment between',
      (base64) => `${base64.slice(0, 9)}<!-- x --><![CDATA[${base64.slice(9)}]]>`,
    ],
    ['with a letter as a reference', (base64) => `&#${base64.charCodeAt(0)};${base64.slice(1)}`],
  ]
  test.each(spellings)('R19: base64 %s is stored as its bytes, short and long, signed or not', async (_kind, spell) => {
    // Letters outside ASCII only: bytes that show no type, and every letter of base64.
    const contents = [1, 2, 3, 5_000, 40_001].map((size) => randomBytes(size).map((byte) => byte | 0xa0))
    const files = contents.map((bytes, n) =>
      file({
        TiedostoNimi: `${n}.txt`,
        TiedostoMuoto: 'text/plain',
        TiedostoSisalto: spell(Buffer.from(bytes).toString('base64')),
      }),
    )
    const request = addItems(sender, item(person, { Tiedostot: files.join('') }))
    for (const answer of [await ask(gateway, request), await askSigned(gateway, sender, request)]) {
      expect(answer.itemCodes).toEqual([202])
      const found = await storedFiles(gateway, answer)
      expect(found.map(({ content }) => content?.toString('hex'))).toEqual(
        contents.map((bytes) => Buffer.from(bytes).toString('hex')),
      )
    }
  })
})
