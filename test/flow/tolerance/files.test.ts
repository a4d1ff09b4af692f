import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { jpeg, office, pdf } from '../../support/files.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  customer,
  file,
  item,
  newPerson,
  newSender,
  postalAddress,
  sendMessage,
  stored,
  storedFiles,
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

describe('R23', () => {
  const names = async (...written: (string | undefined)[]) => {
    const files = written.map((name) => file({ TiedostoNimi: name })).join('')
    const answer = await ask(gateway, addItems(sender, item(person, { Tiedostot: files })))
    expect(answer.itemCodes).toEqual([202])
    const [row] = await stored(gateway, answer)
    return row!.content.attachments
  }

  test.each([
    'Päätös (1) [lopullinen] - kopio.pdf',
    'ÅÄÖ åäö.PDF',
    'ilman-paatetta',
    '.pdf',
    'a.b.c.pdf',
    '\u{1f4c4}.pdf',
    `${'n'.repeat(100)}.pdf`,
  ])('R23: the file name %j is kept as it is', async (name) => {
    expect(await names(name)).toMatchObject([{ name, writtenName: name }])
  })

  test.each([
    '../../etc/passwd',
    'a\\b:c.pdf',
    'rivi&#10;vaihto.pdf',
    'sarkain&#9;.pdf',
    '..',
    '.',
    '/',
    'a&#x202e;fdp.exe.pdf',
    undefined,
    ' ',
  ])('R23: the file name %j is cleaned, the original kept beside', async (written) => {
    const [kept] = await names(written)
    expect(kept!.name).toMatch(/^(?!\.*$)[^\\/\p{Cc}\p{Cf}]+$/u)
    const meant =
      written?.trim() === ''
        ? undefined
        : written?.replace(/&#(x?)(\w+);/g, (_all, x, n: string) => String.fromCodePoint(parseInt(n, x ? 16 : 10)))
    expect(kept!.writtenName).toBe(meant ?? null)
  })

  test('R23: a name over 200 characters is cut and keeps its extension', async () => {
    const written = `${'ä'.repeat(300)}.pdf`
    const [kept] = await names(written)
    expect([kept!.name.length, kept!.name.slice(-4), kept!.writtenName]).toEqual([200, '.pdf', written])
  })

  test('R23: names that differ only in case are renamed, not refused', async () => {
    const kept = await names(
      'liite.pdf',
      'LIITE.pdf',
      'liite.PDF',
      'liite (2).pdf',
      'x'.repeat(220),
      'X'.repeat(220),
      undefined,
      undefined,
    )
    expect(new Set(kept.map(({ name }) => name.toLowerCase())).size).toBe(8)
    expect(kept[0]!.name).toBe('liite.pdf')
    expect(kept.every(({ name }) => name.length <= 200)).toBe(true)
  })
})

describe('R24', () => {
  test.each(['0', '99999999', '-1', '1,5 kt', 'suuri'])('R24: TiedostoKoko "%s" is not checked', async (size) => {
    const request = addItems(sender, item(person, { Tiedostot: file({ TiedostoKoko: size }) }))
    const answer = await ask(gateway, request)
    expect(answer.itemCodes).toEqual([202])
    expect((await stored(gateway, answer))[0]?.content.attachments).toMatchObject([{ statedSize: size }])
  })

  const OOXML = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  test.each([
    ['paatos.pdf', undefined, 'application/pdf', pdf],
    ['KUVA.JPG', undefined, 'image/jpeg', jpeg],
    ['kirje.docx', '', OOXML, office('docx')],
    ['muistio.txt', ' ', 'text/plain', Buffer.from('Muistio')],
    ['ilman.muotoa', ' Application/PDF; charset=binary', 'application/pdf', pdf],
    ['paatos.pdf', undefined, 'application/pdf', pdf],
  ])('R24: the type of %s with TiedostoMuoto %j is %s', async (name, stated, type, content) => {
    const TiedostoSisalto = content.toString('base64')
    const attached = file({ TiedostoNimi: name, TiedostoMuoto: stated, TiedostoSisalto })
    const answer = await ask(gateway, addItems(sender, item(person, { Tiedostot: attached })))
    expect(answer.itemCodes).toEqual([202])
    expect(await storedFiles(gateway, answer)).toMatchObject([{ mediaType: type }])
  })

  test.each([
    ['liite', undefined],
    ['liite.zip', undefined],
    ['liite.exe', 'application/octet-stream'],
    ['liite.pdf', 'application/zip'],
    [undefined, undefined],
  ])('R24: a file named %j with TiedostoMuoto %j is refused with 528 and 525', async (name, stated) => {
    const letter = item(person, { Tiedostot: file({ TiedostoNimi: name, TiedostoMuoto: stated }) })
    const [added, sent] = [
      await ask(gateway, addItems(sender, letter)),
      await ask(gateway, sendMessage(sender, letter)),
    ]
    expect([added.itemCodes, sent.code]).toEqual([[528], 525])
    expect([...(await stored(gateway, added)), ...(await stored(gateway, sent))]).toEqual([])
  })
})

describe('R25', () => {
  const malformed = [
    '<Tunniste>ABCD</Tunniste>',
    '<Tunniste>ABC1234</Tunniste>',
    '<Tunniste/>',
    '<Tunniste>ABC123</Tunniste><Salasana>12345</Salasana>',
    `<Tunniste>ABC123</Tunniste><Kustannuspaikka>${'1'.repeat(16)}</Kustannuspaikka>`,
  ]
  const send = (to: string, fields: Record<string, string | undefined>) =>
    ask(gateway, sendMessage(sender, item(customer(to, postalAddress)), { LahetaTulostukseen: undefined, ...fields }))

  test.each(malformed)('R25: Laskutus "%s" is an error only where paper will be made', async (Laskutus) => {
    const nobody = await newPerson(gateway, 'none')
    expect((await send(person, { Laskutus })).code).toBe(202)
    expect((await send(person, { Laskutus, Paperi: '1', LahetaTulostukseen: '0' })).code).toBe(202)
    const refused = [await send(nobody, { Laskutus }), await send(person, { Laskutus, Paperi: '1' })]
    for (const answer of refused) {
      expect(answer.code).toBe(525)
      expect(await stored(gateway, answer)).toEqual([])
    }
  })

  test('R25: a missing Laskutus is no error where no paper will be made', async () => {
    for (const fields of [{}, { LahetaTulostukseen: '0' }, { LahetaTulostukseen: '0', Paperi: '1' }])
      expect((await send(person, fields)).code).toBe(202)
  })

  test('R25: a missing Laskutus is an error where paper will be made', async () => {
    expect((await send(await newPerson(gateway, 'none'), {})).code).toBe(525)
    expect((await send(person, { Paperi: '1' })).code).toBe(525)
  })

  test('R25: an empty Laskutus is answered as a missing one (R16)', async () => {
    const [missing, empty] = [await newPerson(gateway, 'none'), await newPerson(gateway, 'none')]
    expect((await send(empty, { Laskutus: '' })).code).toBe((await send(missing, {})).code)
  })

  test('R25: a good Laskutus makes paper where there is no account', async () => {
    const Laskutus =
      '<Tunniste> ABC123 </Tunniste><Salasana>1234</Salasana><Kustannuspaikka>123456789012345</Kustannuspaikka>'
    const answer = await send(await newPerson(gateway, 'none'), { Laskutus })
    expect(answer.code).toBe(202)
    expect((await stored(gateway, answer))[0]?.deliveries).toEqual([{ channel: 'print', state: 'ready' }])
  })
})
