import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
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
  NS,
  party,
  payload,
  queryCustomers,
  sendMessage,
  stored,
  storedFiles,
  storedItems,
  unsigned,
  xml,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'on' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

describe('R21', () => {
  test('R21: a missing PalveluTunnus means the only service of the authority, else 404', async () => {
    const from = await newSender(gateway, { key: 'r21' })
    const request = `<LisaaKohteita xmlns="${NS.asi}">${party(from, { PalveluTunnus: undefined })}<Kysely><Kohteet>${item(person)}</Kohteet></Kysely></LisaaKohteita>`
    const both = async () => [await ask(gateway, request), await askSigned(gateway, from, request)]
    for (const answer of await both()) {
      expect(answer.itemCodes).toEqual([200])
      expect(await stored(gateway, answer)).toMatchObject([{ serviceId: from.serviceId }])
    }
    const { certificatePem } = from.identity
    await gateway.register({ authorityId: from.authorityId, serviceId: 'toinen_ws', certificatePem })
    for (const answer of await both()) expect(answer.code).toBe(404)
  })
})

describe('R22', () => {
  const send = (reference: string | undefined) =>
    ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: reference })))

  test('R22: letters without ViranomaisTunniste are all accepted and all stored', async () => {
    for (const operation of [addItems, sendMessage] as ((from: Sender, items: string) => string)[]) {
      const answers = [await ask(gateway, operation(sender, item(person))), await ask(gateway, operation(sender, item(person)))]
      for (const answer of answers) {
        expect([0, 202]).toContain(answer.code)
        expect(await stored(gateway, answer)).toMatchObject([{ reference: null, number: expect.stringMatching(/^\d+$/) }])
      }
    }
  })

  test('R22: an installation may refuse letters without ViranomaisTunniste with 525', async () => {
    const strict = await startGateway({ env: { ASTI_NON_SIGNED: 'on', ASTI_REFERENCE_MISSING: 'refuse' } })
    try {
      const from = await newSender(strict)
      const to = await newPerson(strict)
      expect((await ask(strict, addItems(from, item(to)))).itemCodes).toEqual([525])
      expect((await ask(strict, sendMessage(from, item(to)))).code).toBe(525)
      expect(await strict.count('message')).toBe(0)
    } finally {
      await strict.close()
    }
  })

  test.each(['LP-091-2026-1|5c3f', 'a/b\\c', 'väli lyönti', 'Ääkköset-ÅÖ', '\u{1f600}', '{"a":1}', "'; drop table item; --", '%00%0a'])(
    'R22: ViranomaisTunniste %j is accepted and decides duplicates',
    async (start) => {
      const reference = `${start} ${newReference()}`
      const first = await send(reference)
      expect(first.itemCodes).toEqual([200])
      expect((await stored(gateway, first))[0]?.reference).toBe(reference)
      expect((await send(reference)).itemCodes).toEqual([520])
    },
  )

  test.each([
    [100, 200],
    [101, 200],
    [255, 200],
    [256, 525],
    [5000, 525],
  ])('R22: a ViranomaisTunniste of %i characters is answered with %i', async (length, code) => {
    const reference = newReference().padEnd(length, 'ä')
    expect((await send(reference)).itemCodes).toEqual([code])
    expect((await ask(gateway, sendMessage(sender, item(person, { ViranomaisTunniste: `x${reference.slice(1)}` })))).code).toBe(code === 200 ? 202 : 525)
  })
})

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

  test.each(['../../etc/passwd', 'a\\b:c.pdf', 'rivi&#10;vaihto.pdf', 'sarkain&#9;.pdf', '..', '.', '/', 'a&#x202e;fdp.exe.pdf', undefined, ' '])(
    'R23: the file name %j is cleaned, the original kept beside',
    async (written) => {
      const [kept] = await names(written)
      expect(kept!.name).toMatch(/^(?!\.*$)[^\\/\p{Cc}\p{Cf}]+$/u)
      const meant = written?.trim() === '' ? undefined : written?.replace(/&#(x?)(\w+);/g, (_all, x, n: string) => String.fromCodePoint(parseInt(n, x ? 16 : 10)))
      expect(kept!.writtenName).toBe(meant ?? null)
    },
  )

  test('R23: a name over 200 characters is cut and keeps its extension', async () => {
    const written = `${'ä'.repeat(300)}.pdf`
    const [kept] = await names(written)
    expect([kept!.name.length, kept!.name.slice(-4), kept!.writtenName]).toEqual([200, '.pdf', written])
  })

  test('R23: names that differ only in case are renamed, not refused', async () => {
    const kept = await names('liite.pdf', 'LIITE.pdf', 'liite.PDF', 'liite (2).pdf', 'x'.repeat(220), 'X'.repeat(220), undefined, undefined)
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
    ['paatos.pdf', undefined, 'application/pdf'],
    ['KUVA.JPG', undefined, 'image/jpeg'],
    ['kirje.docx', '', OOXML],
    ['muistio.txt', ' ', 'text/plain'],
    ['ilman.muotoa', ' Application/PDF; charset=binary', 'application/pdf'],
    ['paatos.pdf', undefined, 'application/pdf'],
  ])('R24: the type of %s with TiedostoMuoto %j is %s', async (name, stated, type) => {
    const attached = file({ TiedostoNimi: name, TiedostoMuoto: stated })
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
    const [added, sent] = [await ask(gateway, addItems(sender, letter)), await ask(gateway, sendMessage(sender, letter))]
    expect([added.itemCodes, sent.code]).toEqual([[528], 525])
    expect([...(await stored(gateway, added)), ...(await stored(gateway, sent))]).toEqual([])
  })
})

describe('R25', () => {
  const malformed = ['<Tunniste>ABCD</Tunniste>', '<Tunniste>ABC1234</Tunniste>', '<Tunniste/>', '<Tunniste>ABC123</Tunniste><Salasana>12345</Salasana>', `<Tunniste>ABC123</Tunniste><Kustannuspaikka>${'1'.repeat(16)}</Kustannuspaikka>`]
  const send = (to: string, fields: Record<string, string | undefined>) =>
    ask(gateway, sendMessage(sender, item(to), { LahetaTulostukseen: undefined, ...fields }))

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
    const Laskutus = '<Tunniste> ABC123 </Tunniste><Salasana>1234</Salasana><Kustannuspaikka>123456789012345</Kustannuspaikka>'
    const answer = await send(await newPerson(gateway, 'none'), { Laskutus })
    expect(answer.code).toBe(202)
    expect((await stored(gateway, answer))[0]?.deliveries).toEqual([{ channel: 'print', state: 'ready' }])
  })
})

test('R26: any number of different letters may have the same SanomaTunniste', async () => {
  const before = await gateway.count('message')
  for (let n = 0; n < 3; n++) {
    const answer = await ask(gateway, sendMessage(sender, item(person, { ViranomaisTunniste: newReference() })))
    expect([answer.code, answer.exchangeId]).toEqual([202, 'sanoma-1'])
  }
  expect((await gateway.count('message')) - before).toBe(3)
})

describe('R27', () => {
  test('R27: the least that a party and an item can say is enough', async () => {
    const { authorityId, serviceId } = sender
    const least = { authorityId, serviceId }
    const who = party(least, { SanomaTunniste: undefined })
    const kohde = `<Kohde>${customer(person)}<Nimeke>O</Nimeke></Kohde>`
    const query = xml({ Kysely: xml({ Kohteet: kohde }) })
    expect((await ask(gateway, payload('LisaaKohteita', who + query))).itemCodes).toEqual([200])
    expect((await ask(gateway, payload('LahetaViesti', who + query))).code).toBe(202)
  })

  test.each(['1.0', '1.1', '2.0', '99', 'versio', ''])('R27: SanomaVersio "%s" is accepted', async (SanomaVersio) => {
    const answer = await ask(gateway, payload('HaeTilaTieto', party(sender, { SanomaVersio })))
    expect(answer.code).toBe(0)
  })

  test('R27: a SanomaVarmenneNimi that is not the name of the certificate is no reason to refuse', async () => {
    const request = payload('HaeTilaTieto', party(sender, { SanomaVarmenneNimi: 'Joku muu Öy' }))
    expect((await askSigned(gateway, sender, request)).code).toBe(0)
  })

  test('R27: a customer without TunnusTyyppi is accepted', async () => {
    const request = addItems(sender, item(`<Asiakas AsiakasTunnus="${person}"/>`))
    const answer = await gateway_post(request)
    expect(answer).toContain('<asi:KohteenTila>200</asi:KohteenTila>')
  })
  const gateway_post = async (request: string) => {
    const headers = { 'Content-Type': 'text/xml' }
    const url = `${gateway.origin}/Asiointitili/ViranomaispalvelutWSInterfaceNonSigned`
    return (await fetch(url, { method: 'POST', headers, body: unsigned(request) })).text()
  }
})

describe('R28', () => {
  const padded = (text: string) => `\r\n    ${text}\t\n  `

  test('R28: white space around codes and ids is not part of them', async () => {
    const reference = newReference()
    const ids = { ViranomaisTunnus: padded(sender.authorityId), PalveluTunnus: padded(sender.serviceId) }
    const kohde = (id: string) => item(customer(padded(person)), { ViranomaisTunniste: id, Viestityyppi: padded('2') })
    const request = (id: string) =>
      payload('LisaaKohteita', `${party(sender, ids)}<Kysely>${xml({ KohdeMaara: padded('1'), Kohteet: kohde(id) })}</Kysely>`)
    const first = await ask(gateway, request(padded(reference)))
    expect(first.itemCodes).toEqual([200])
    expect(await storedItems(gateway, first)).toMatchObject([{ reference, messageKind: 2 }])
    expect((await ask(gateway, request(reference))).itemCodes).toEqual([520])
    expect((await askSigned(gateway, sender, request(reference))).itemCodes).toEqual([520])
    expect(first.items?.[0]?.reference).toBe(`\n    ${reference}\t\n  `)
  })

  test('R28: white space around KyselyLaji and Viittaus is not part of them', async () => {
    const reference = newReference()
    await ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: reference })))
    const viittaus = `<Viittaus ViittausTunniste=" ${reference} " ViittausTunnisteTyyppi=" ViranomaisTunniste "/>`
    const answer = await ask(gateway, addItems(sender, item(person).replace('<Nimeke>', `${viittaus}<Nimeke>`)))
    expect(answer.itemCodes).toEqual([200])
    const query = queryCustomers(sender, person).replace('>Asiakkaat<', `>${padded('Asiakkaat')}<`)
    expect((await ask(gateway, query)).itemCodes).toEqual([300])
  })
})
