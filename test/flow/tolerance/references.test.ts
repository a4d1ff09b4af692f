import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
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
  storedItems,
  unsigned,
  xml,
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
      const answers = [
        await ask(gateway, operation(sender, item(person))),
        await ask(gateway, operation(sender, item(person))),
      ]
      for (const answer of answers) {
        expect([0, 202]).toContain(answer.code)
        expect(await stored(gateway, answer)).toMatchObject([
          { reference: null, number: expect.stringMatching(/^\d+$/) },
        ])
      }
    }
  })

  test('R22: an installation may refuse letters without ViranomaisTunniste with 525', async () => {
    const strict = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_REFERENCE_MISSING: 'refuse' } })
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

  test.each([
    'LP-091-2026-1|5c3f',
    'a/b\\c',
    'väli lyönti',
    'Ääkköset-ÅÖ',
    '\u{1f600}',
    '{"a":1}',
    "'; drop table item; --",
    '%00%0a',
  ])('R22: ViranomaisTunniste %j is accepted and decides duplicates', async (start) => {
    const reference = `${start} ${newReference()}`
    const first = await send(reference)
    expect(first.itemCodes).toEqual([200])
    expect((await stored(gateway, first))[0]?.reference).toBe(reference)
    expect((await send(reference)).itemCodes).toEqual([520])
  })

  test.each([
    [100, 200],
    [101, 200],
    [255, 200],
    [256, 525],
    [5000, 525],
  ])('R22: a ViranomaisTunniste of %i characters is answered with %i', async (length, code) => {
    const reference = newReference().padEnd(length, 'ä')
    expect((await send(reference)).itemCodes).toEqual([code])
    expect(
      (await ask(gateway, sendMessage(sender, item(person, { ViranomaisTunniste: `x${reference.slice(1)}` })))).code,
    ).toBe(code === 200 ? 202 : 525)
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
      payload(
        'LisaaKohteita',
        `${party(sender, ids)}<Kysely>${xml({ KohdeMaara: padded('1'), Kohteet: kohde(id) })}</Kysely>`,
      )
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
