import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { answeredRequests } from '../../src/store/index.js'
import type { WireAnswer } from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import {
  addItems,
  getStatus,
  item,
  newPerson,
  newSender,
  post,
  queryCustomers,
  reply,
  sendMessage,
  signed,
  SIGNED_PATH,
  type Reply,
  type Sender,
} from '../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway()
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

type Asked = Parameters<typeof reply>[0]
const send = (request: string, to = gateway): Promise<WireAnswer> => post(to, request, { path: SIGNED_PATH })
const read = (operation: Asked, wire: WireAnswer): Reply => reply(operation, wire)
/** A letter without a reference: nothing in its content tells a repeat from a second letter. */
const letter = (content = item(person)): string => signed(sendMessage(sender, content), sender.identity)
const bodyOf = (wire: WireAnswer): string =>
  /<LahetaViestiResponse[^]*<\/LahetaViestiResponse>/.exec(String(wire.body))![0]

describe('the same signed request again', () => {
  test('gets the first answer again, and nothing is stored a second time', async () => {
    const request = letter()
    const first = await send(request)
    const stored = await gateway.count('message')
    const second = await send(request)
    expect(read('LahetaViesti', second).code).toBe(202)
    expect(bodyOf(second)).toBe(bodyOf(first))
    expect(await gateway.count('message')).toBe(stored)
    expect(await gateway.count('delivery')).toBe(stored)
  })

  test('is a row of the message log that names the first', async () => {
    const request = letter()
    const first = read('LahetaViesti', await send(request))
    const again = await send(request)
    const row = await gateway.submission(String(again.headers['x-trace-id']))
    expect(row).toMatchObject({
      outcome: 'repeated',
      statusCode: 202,
      messageCount: 0,
      notes: { repeats: first.traceId },
      authorityId: sender.authorityId,
    })
  })

  test('is recognised also when twenty copies arrive at once at two gateways on one database', async () => {
    const other = await startGateway({ databaseUrl: gateway.databaseUrl })
    const request = letter()
    const before = await gateway.count('message')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => send(request, i % 2 ? gateway : other)))
    await other.close()
    expect(new Set(answers.map(bodyOf)).size).toBe(1)
    expect(answers.map((wire) => read('LahetaViesti', wire).code)).toEqual(Array(20).fill(202))
    expect((await gateway.count('message')) - before).toBe(1)
  })

  test('is recognised after a restart', async () => {
    const request = letter()
    const before = await startGateway({ databaseUrl: gateway.databaseUrl })
    const first = await send(request, before)
    await before.close()
    const count = await gateway.count('message')
    const after = await startGateway({ databaseUrl: gateway.databaseUrl })
    const second = await send(request, after)
    await after.close()
    expect([bodyOf(second), await gateway.count('message')]).toEqual([bodyOf(first), count])
  })

  test('is the same however its envelope and its signature value are written', async () => {
    const request = letter()
    const first = await send(request)
    const count = await gateway.count('message')
    const rewritten = request
      .replace(/(<ds:SignatureValue>)(.{20})/, '$1\n$2\n ')
      .replace(/(<[a-z]+:Header>)/, '<!-- by another way -->$1')
    expect(rewritten).not.toBe(request)
    expect([bodyOf(await send(rewritten)), await gateway.count('message')]).toEqual([bodyOf(first), count])
  })

  test('gets the refusal again that was a business answer, whatever has changed since', async () => {
    const stranger = await newPerson(gateway, 'none')
    const request = letter(item(stranger))
    const first = await send(request)
    await gateway.openAccount(stranger)
    const second = await send(request)
    expect([read('LahetaViesti', first).code, read('LahetaViesti', second).code]).toEqual([461, 461])
  })

  test.each(['LisaaKohteita', 'HaeAsiakkaita', 'HaeTilaTieto'] as const)(
    'gets the first answer of %s',
    async (asked) => {
      const content = {
        LisaaKohteita: addItems(sender, item(person)),
        HaeAsiakkaita: queryCustomers(sender, person),
        HaeTilaTieto: getStatus(sender),
      }[asked]
      const request = signed(content, sender.identity)
      const first = read(asked, await send(request))
      const again = read(asked, await send(request))
      expect({ ...again, headers: {}, body: '', traceId: '' }).toEqual({ ...first, headers: {}, body: '', traceId: '' })
    },
  )
})

test('the same content signed a second time is a second request', async () => {
  const before = await gateway.count('message')
  const content = sendMessage(sender, item(person))
  for (const createdAt of [new Date(), new Date(Date.now() - 1_000)])
    expect(read('LahetaViesti', await send(signed(content, sender.identity, { createdAt }))).code).toBe(202)
  expect((await gateway.count('message')) - before).toBe(2)
})

test('a request that was refused before anything was done is judged again', async () => {
  const newcomer = { ...sender, identity: await makeIdentity({ commonName: 'newcomer' }) }
  const request = signed(sendMessage(newcomer, item(person)), newcomer.identity)
  expect(read('LahetaViesti', await send(request)).code).toBe(406)
  await gateway.register({ ...newcomer, certificatePem: newcomer.identity.certificatePem })
  expect(read('LahetaViesti', await send(request)).code).toBe(202)
})

test('a kept answer shows nobody in the database', async () => {
  await send(signed(queryCustomers(sender, person), sender.identity))
  const { rows } = await gateway.db.query<{ text: string }>(
    `select encode(sealed_answer, 'escape') as text from answered_request where sealed_answer is not null`,
  )
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.filter(({ text }) => text.includes(person) || text.includes('Asiakas'))).toEqual([])
})

describe('a kept answer', () => {
  const counts = async (): Promise<{ keys: number; answers: number }> =>
    (
      await gateway.db.query<{ keys: number; answers: number }>(
        'select count(*)::int as keys, count(sealed_answer)::int as answers from answered_request',
      )
    ).rows[0]!

  test('goes when the request itself would be too old, and its key a day later', async () => {
    await send(letter())
    const before = await counts()
    expect(await answeredRequests.deleteExpired(gateway.db, new Date())).toBe(0)
    expect(await counts()).toEqual(before)
    // Fifteen minutes of age and five of skew are the defaults.
    await answeredRequests.deleteExpired(gateway.db, new Date(Date.now() + 21 * 60_000))
    expect(await counts()).toEqual({ keys: before.keys, answers: 0 })
    await gateway.db.query(`update answered_request set expires_at = now() - interval '25 hours'`)
    expect(await answeredRequests.deleteExpired(gateway.db, new Date())).toBe(before.keys)
  })

  test('that was forgotten by a clock that ran ahead makes no room for a copy', async () => {
    const request = letter()
    await send(request)
    const stored = await gateway.count('message')
    await answeredRequests.deleteExpired(gateway.db, new Date(Date.now() + 365 * 24 * 3600_000))
    const again = await send(request)
    expect([read('LahetaViesti', again).code, await gateway.count('message')]).toEqual([406, stored])
  })
})
