import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hashApiKey } from '../../src/operations/index.js'
import { callerProofs } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import { addItems, ask, getStatus, item, newPerson, newSender, type Reply, type Sender } from '../support/requests.js'

let gateway: TestGateway
let person: string

beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ASTI_NON_SIGNED: 'proven',
      ASTI_TRUSTED_PROXIES: '127.0.0.1',
      ASTI_CLIENT_CERTIFICATE_HEADER: 'x-client-cert',
    },
  })
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const open = ({ authorityId, serviceId }: Sender, proof: callerProofs.Proof): Promise<boolean> =>
  callerProofs.addProof(gateway.db, { authorityId, id: serviceId }, proof)
const network = (range: string): callerProofs.Proof => ({ kind: 'network', network: range, label: 'test' })
const askFrom = (address: string, content: string, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(gateway, content, { headers: { 'Content-Type': 'text/xml', 'X-Forwarded-For': address, ...headers } })

describe('the unsigned endpoint is open to a service', () => {
  test('that calls from its network, and the log says how it was known', async () => {
    const sender = await newSender(gateway)
    await open(sender, network('10.1.2.0/24'))
    const answer = await askFrom('10.1.2.77', addItems(sender, item(person)))
    expect(answer.itemCodes).toEqual([200])
    expect((await gateway.submission(answer.traceId))?.report).toMatchObject({
      checks: [{ check: 'connection', passed: true, facts: { provenBy: 'network', address: '10.1.2.77' } }],
    })
  })

  test.each(['10.3.2.77:5566', '::ffff:10.3.2.77', '::ffff:0a03:024d', '[::ffff:10.3.2.77]:5566'])(
    'that calls from its network, when the proxy writes %s',
    async (address) => {
      const sender = await newSender(gateway)
      await open(sender, network('10.3.2.0/24'))
      expect((await askFrom(address, getStatus(sender))).code).toBe(0)
    },
  )

  test('that calls from its IPv6 network', async () => {
    const sender = await newSender(gateway)
    await open(sender, network('2001:db8:7::/48'))
    expect((await askFrom('2001:db8:7:1::5', getStatus(sender))).code).toBe(0)
    expect((await askFrom('2001:db8:8:1::5', getStatus(sender))).code).toBe(403)
  })

  test('that sends its API key, of which the database and the log know a hash only', async () => {
    const sender = await newSender(gateway)
    const key = randomBytes(32).toString('base64url')
    await open(sender, { kind: 'api-key', hash: hashApiKey(key), label: 'test' })
    const answer = await askFrom('192.0.2.1', getStatus(sender), { 'x-api-key': key })
    expect(answer.code).toBe(0)
    const { rows } = await gateway.db.query<{ all: string }>(
      `select (select string_agg(p::text, ' ') from caller_proof p) || (select string_agg(s::text, ' ') from submission s) as all`,
    )
    expect(rows[0]!.all).not.toContain(key)
    expect(gateway.logged()).not.toContain(key)
  })

  test('whose client certificate a trusted proxy hands on', async () => {
    const sender = await newSender(gateway)
    const { certificateDer, certificatePem } = await makeIdentity({ commonName: 'tls client' })
    const hash = createHash('sha256').update(certificateDer).digest()
    await open(sender, { kind: 'client-certificate', hash, label: 'test' })
    const shown = { 'x-client-cert': encodeURIComponent(certificatePem) }
    expect((await askFrom('192.0.2.1', getStatus(sender), shown)).code).toBe(0)
    const other = await makeIdentity({ commonName: 'tls client' })
    const wrong = { 'x-client-cert': encodeURIComponent(other.certificatePem) }
    expect((await askFrom('192.0.2.1', getStatus(sender), wrong)).code).toBe(403)
  })
})

describe('the unsigned endpoint refuses', () => {
  test.each([
    ['another network', '10.9.9.9', {}],
    ['a key that nobody has', '192.0.2.1', { 'x-api-key': 'guess' }],
    ['an empty key', '192.0.2.1', { 'x-api-key': '' }],
  ])('%s, and the refusal is in the log', async (_name, address, headers) => {
    const sender = await newSender(gateway)
    await open(sender, network('10.5.0.0/16'))
    const before = await gateway.count('message')
    const answer = await askFrom(address, addItems(sender, item(person)), headers)
    expect(answer.code).toBe(403)
    expect((await gateway.submission(answer.traceId))?.code).toBe('CALLER_UNPROVEN')
    expect(await gateway.count('message')).toBe(before)
  })

  test('a service that nothing was registered for', async () => {
    const sender = await newSender(gateway)
    expect((await askFrom('10.1.2.3', getStatus(sender))).code).toBe(403)
  })

  test('a proven service that speaks for another authority', async () => {
    const [own, other] = [await newSender(gateway), await newSender(gateway)]
    await open(own, network('10.6.0.1'))
    expect((await askFrom('10.6.0.1', getStatus(other))).code).toBe(403)
  })

  test('a proven service that speaks for another service of its authority', async () => {
    const own = await newSender(gateway)
    const sibling = { ...own, serviceId: `${own.serviceId}_b` }
    await gateway.register({ ...sibling, certificatePem: own.identity.certificatePem })
    await open(own, network('10.7.0.1'))
    expect((await askFrom('10.7.0.1', getStatus(own))).code).toBe(0)
    const answer = await askFrom('10.7.0.1', getStatus(sibling))
    expect([answer.code, (await gateway.submission(answer.traceId))?.code]).toEqual([403, 'CALLER_UNPROVEN'])
  })

  test('a service whose proof was taken away, at once', async () => {
    const sender = await newSender(gateway)
    await open(sender, network('10.8.0.1'))
    expect((await askFrom('10.8.0.1', getStatus(sender))).code).toBe(0)
    const mine = (await callerProofs.listProofs(gateway.db)).find((proof) => proof.authorityId === sender.authorityId)!
    await callerProofs.removeProof(gateway.db, mine.id)
    expect((await askFrom('10.8.0.1', getStatus(sender))).code).toBe(403)
  })
})

test('it stays closed while nothing opens it', async () => {
  const closed = await startGateway()
  const sender = await newSender(closed)
  const answer = await ask(closed, getStatus(sender))
  expect([answer.code, (await closed.submission(answer.traceId))?.code]).toEqual([405, 'NON_SIGNED_CLOSED'])
  await closed.close()
})
