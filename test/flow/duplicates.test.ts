import { afterAll, beforeAll, expect, test } from '@jest/globals'
import {
  artificialIdentityCode,
  clientNamed,
  DUPLICATE_SENTENCE,
  postAsClient,
  type BuiltRequest,
} from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'

let gateway: TestGateway
let identity: Identity
const ids = { authorityId: 'twice_ws', serviceId: 'twice_ws_1' }
const client = clientNamed('evaka')
const recipientId = artificialIdentityCode(7)

beforeAll(async () => {
  gateway = await startGateway()
  identity = await sharedIdentity('twice')
  await gateway.register({ ...ids, certificatePem: identity.certificatePem })
  await gateway.openAccount(recipientId)
})
afterAll(() => gateway.close())

function letter(reference: string, overrides: object = {}): BuiltRequest {
  const request = client.example('LahetaViesti', ids, { recipientId, reference, ...overrides })
  return client.build(request, {
    layout: 'spring-ws',
    privateKeyPem: identity.privateKeyPem,
    certificatePem: identity.certificatePem,
    now: new Date(),
  })
}

const send = async (built: BuiltRequest) =>
  client.readAnswer('LahetaViesti', (await postAsClient(gateway.origin, built)).body)

test('of 50 parallel sends of one reference one is stored, and the others are answered as duplicates', async () => {
  const requests = Array.from({ length: 50 }, () => letter('race-1'))
  const before = await gateway.count('message')

  const answers = await Promise.all(requests.map(send))

  const codes = answers.map((answer) => answer.code)
  expect(codes.filter((code) => code === 202)).toHaveLength(1)
  expect(codes.filter((code) => code === 525)).toHaveLength(49)
  for (const answer of answers) if (answer.code === 525) expect(answer.text?.startsWith(DUPLICATE_SENTENCE)).toBe(true)
  expect((await gateway.count('message')) - before).toBe(1)
})

test('another letter under a used reference is a duplicate too, and the log says that the content differed', async () => {
  const first = letter('reused-1')
  expect((await send(first)).code).toBe(202)
  const answer = await send(letter('reused-1', { text: 'Aivan toinen kirje' }))
  expect(answer.code).toBe(525)
  const logged = await gateway.submission(/Trace ID: (\S+)$/.exec(answer.text!)![1]!)
  expect(logged?.notes).toMatchObject({ outcomes: { duplicate: 1 }, referenceReused: 1 })
})

test('the same letter again is no reuse of its reference, although it was signed anew', async () => {
  const sentAt = new Date('2026-01-31T10:00:00Z')
  const first = letter('again-1', { sentAt, exchangeId: 'first' })
  expect((await send(first)).code).toBe(202)
  const answer = await send(letter('again-1', { sentAt, exchangeId: 'second' }))
  expect(answer.code).toBe(525)
  const logged = await gateway.submission(/Trace ID: (\S+)$/.exec(answer.text!)![1]!)
  expect(logged?.notes).not.toHaveProperty('referenceReused')
})

test('one reference of two services is two messages', async () => {
  const other = await sharedIdentity('other')
  const otherIds = { authorityId: 'other_ws', serviceId: 'other_ws_1' }
  await gateway.register({ ...otherIds, certificatePem: other.certificatePem })
  const first = letter('shared-1')
  const second = client.build(client.example('LahetaViesti', otherIds, { recipientId, reference: 'shared-1' }), {
    layout: 'spring-ws',
    privateKeyPem: other.privateKeyPem,
    certificatePem: other.certificatePem,
    now: new Date(),
  })
  expect([(await send(first)).code, (await send(second)).code]).toEqual([202, 202])
})

test('a letter that is new to one of its recipients is stored for that one, and is no duplicate', async () => {
  const hub = clientNamed('keha-hub')
  const [known, fresh] = [artificialIdentityCode(8), artificialIdentityCode(9)]
  for (const id of [known, fresh]) await gateway.openAccount(id)
  const built = (recipientIds: string[]): BuiltRequest => {
    const [first, ...more] = recipientIds.map((id) => ({ recipientId: id, idType: 'SSN' as const }))
    const request = hub.example('LahetaViesti', ids, { reference: 'partly-1', ...first!, moreRecipients: more })
    return hub.build(request, {
      layout: 'wss4j',
      privateKeyPem: identity.privateKeyPem,
      certificatePem: identity.certificatePem,
      now: new Date(),
    })
  }
  const answerTo = async (recipientIds: string[]) =>
    hub.readAnswer('LahetaViesti', (await postAsClient(gateway.origin, built(recipientIds))).body).code
  const before = await gateway.count('message')
  expect([await answerTo([known]), await answerTo([known, fresh]), await answerTo([known, fresh])]).toEqual([
    202, 202, 525,
  ])
  expect((await gateway.count('message')) - before).toBe(2)
})
