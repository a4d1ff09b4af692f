import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { DUPLICATE_SENTENCE } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  customer,
  file,
  item,
  newPerson,
  newReference,
  newSender,
  postalAddress,
  sendMessage,
  stored,
  type Reply,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_MAX_ATTACHMENT_BYTES: '1000' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

/** A refusal: its code on the wire and in the log, and nothing stored. */
async function expectRefused(answer: Reply, statusCode: number, code?: string) {
  expect(answer.code).toBe(statusCode)
  expect(answer.items ?? []).toEqual([])
  expect(await gateway.submission(answer.traceId)).toMatchObject({
    outcome: 'refused',
    statusCode,
    messageCount: 0,
    ...(code && { code }),
  })
  expect(await stored(gateway, answer)).toEqual([])
}

describe('LahetaViesti', () => {
  test('461: the recipient has no account, or a passive one, and nothing is printed', async () => {
    for (const state of ['none', 'passive'] as const) {
      const to = await newPerson(gateway, state)
      await expectRefused(await ask(gateway, sendMessage(sender, item(to))), 461)
      const Laskutus = '<Tunniste>ABC123</Tunniste>'
      const printed = await ask(
        gateway,
        sendMessage(sender, item(customer(to, postalAddress)), { LahetaTulostukseen: undefined, Laskutus }),
      )
      expect(printed.code).toBe(202)
      expect((await stored(gateway, printed))[0]?.deliveries).toEqual([{ channel: 'print', state: 'ready' }])
    }
  })

  const bad: [string, () => string][] = [
    ['no Asiakas', () => item('<!-- -->')],
    ['an empty AsiakasTunnus', () => item(customer(''))],
    ['an AsiakasTunnus over 20 characters', () => item(customer('1'.repeat(21)))],
    ['a ViranomaisTunniste over 255 characters', () => item(person, { ViranomaisTunniste: 'x'.repeat(256) })],
    ['a Nimeke over 400 characters', () => item(person, { Nimeke: 'x'.repeat(401) })],
    ['neither Nimeke nor KuvausTeksti', () => item(person, { Nimeke: '', KuvausTeksti: undefined })],
    ['a file without content', () => item(person, { Tiedostot: file({ TiedostoSisalto: undefined }) })],
    ['a file with content and link', () => item(person, { Tiedostot: file({ TiedostoURL: 'https://example.fi' }) })],
    ['content that is not base64', () => item(person, { Tiedostot: file({ TiedostoSisalto: 'ääää' }) })],
    ['content cut short', () => item(person, { Tiedostot: file({ TiedostoSisalto: 'QUJ' }) })],
    ['a file type that is not allowed', () => item(person, { Tiedostot: file({ TiedostoMuoto: 'text/html' }) })],
    [
      'a file over the limit',
      () => item(person, { Tiedostot: file({ TiedostoSisalto: Buffer.alloc(1001).toString('base64') }) }),
    ],
    [
      'a file that is only named in a store',
      () => item(person, { Tiedostot: file({ TiedostoSisalto: undefined, TiedostoID: '1' }) }),
    ],
  ]
  test.each(bad)('525 with data errors: %s', async (_kind, write) => {
    const answer = await ask(gateway, sendMessage(sender, write()))
    await expectRefused(answer, 525)
    expect(answer.text!.startsWith(DUPLICATE_SENTENCE)).toBe(false)
    const several = await ask(gateway, sendMessage(sender, item(person) + write()))
    await expectRefused(several, 525)
  })

  test('525 for a duplicate begins with the fixed sentence, whatever has changed in the letter', async () => {
    const reference = newReference()
    const send = (fields: Record<string, string>) =>
      ask(gateway, sendMessage(sender, item(person, { ViranomaisTunniste: reference, ...fields })))
    expect((await send({})).code).toBe(202)
    for (const answer of [await send({}), await send({ Nimeke: 'Toinen' })]) {
      await expectRefused(answer, 525)
      expect(answer.text!.slice(0, DUPLICATE_SENTENCE.length)).toBe(DUPLICATE_SENTENCE)
    }
    const added = await ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: reference })))
    expect(added.itemCodes).toEqual([520])
    const other = await newSender(gateway)
    expect((await ask(gateway, sendMessage(other, item(person, { ViranomaisTunniste: reference })))).code).toBe(202)
    expect(
      (await ask(gateway, sendMessage(sender, item(await newPerson(gateway), { ViranomaisTunniste: reference })))).code,
    ).toBe(202)
  })

  test('several letters to several recipients are taken together or not at all', async () => {
    const [a, b, none] = [await newPerson(gateway), await newPerson(gateway), await newPerson(gateway, 'none')]
    const two = (extra = '') => item(customer(a) + customer(b) + extra, { Tiedostot: file() })
    const accepted = await ask(gateway, sendMessage(sender, two() + item(a)))
    expect(accepted.code).toBe(202)
    expect((await stored(gateway, accepted)).map(({ recipient }) => recipient.id).toSorted()).toEqual(
      [a, a, b].toSorted(),
    )
    expect(await gateway.submission(accepted.traceId)).toMatchObject({ itemCount: 2, messageCount: 3 })
    await expectRefused(await ask(gateway, sendMessage(sender, two() + two(customer(none)))), 461)
  })

  test('the sentence of a duplicate is said only of what is stored', async () => {
    const letter = item(customer(person) + customer(person), { ViranomaisTunniste: newReference() })
    const answer = await ask(gateway, sendMessage(sender, letter))
    const { rows } = await gateway.db.query('select 1 from message_key where reference = $1', [
      /viite-[\w-]+/.exec(letter)![0],
    ])
    if (answer.text!.startsWith(DUPLICATE_SENTENCE)) expect(rows).toHaveLength(1)
    else expect([202, 525]).toContain(answer.code)
  })
})
