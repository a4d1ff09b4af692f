import { createPublicKey, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ReturnChannel, ServiceSettings } from '../../src/registration/index.js'
import { createReturnChannel, type ReturnChannelOptions } from '../../src/report/index.js'
import type { Outcome } from '../../src/delivery/index.js'
import { encodeStates } from '../../src/contract/index.js'
import { outcomeOfError } from '../../src/report/outcomes.js'
import { callTarget } from '../../src/report/target.js'
import { outbox } from '../../src/store/index.js'
import { channelSuite } from '../support/channel-suite.js'
import { judgeBy } from '../support/contract-files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { verifyIndependently } from '../support/independent-verifier.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { issue } from '../support/pki.js'
import { eventually, rowOf, startWorker, type TestWorker } from '../support/queue.js'
import {
  newItem,
  operationIn,
  queueReport,
  senderWith,
  startRawReceiver,
  statusAnswer,
  type RawReceiver,
} from '../support/return-channel.js'
import { returnChannelAction, returnChannelFiles } from '../support/return-channel-contract.js'
import { signerOf } from '../support/signer.js'

let gateway: TestGateway
let gatewayKey: Identity
let closing: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  gateway = await startGateway()
  gatewayKey = await sharedIdentity('paluukanavan allekirjoittaja')
})
afterAll(() => gateway.close())
beforeEach(() => gateway.db.query('truncate delivery, attempt, pause, breaker'))
afterEach(async () => {
  await Promise.all(closing.map((close) => close()))
  closing = []
})

const noCitizenMessages = { find: () => Promise.resolve(null), setAuthorityReference: () => Promise.resolve() }

const channelWith = (more: Partial<ReturnChannelOptions> = {}) =>
  createReturnChannel({
    ...{ db: gateway.db, sealer: gateway.runtime.sealer, signer: () => signerOf(gatewayKey) },
    ...{
      mode: 'sandbox',
      networks: ['127.0.0.0/8'],
      identity: () => null,
      citizenMessages: noCitizenMessages,
      now: () => new Date(),
    },
    ...{ timeoutMs: 5_000, concurrency: 12, ...more },
  })

type Answers = Parameters<typeof startRawReceiver>[0]
const ok: Answers = (request, response) => void response.end(statusAnswer(operationIn(request), 0))

async function receiver(answer: Answers = ok, tls?: Parameters<typeof startRawReceiver>[1]): Promise<RawReceiver> {
  const started = await startRawReceiver(answer, tls)
  closing.push(started.close)
  return started
}

/** Makes one attempt at the report of a state, without a worker. */
async function report(
  returnChannel: ReturnChannel | undefined,
  options: { channel?: Partial<ReturnChannelOptions>; settings?: ServiceSettings } = {},
): Promise<Outcome & { deliveryId: string }> {
  const sender = await senderWith(gateway, returnChannel, options.settings)
  const id = await queueReport(gateway, await newItem(gateway, sender), 200)
  const jobs = await outbox.claim(gateway.db, {
    ...{ workerId: randomUUID(), leaseMs: 60_000, free: { 'return-channel': 100 }, limit: 100 },
  })
  const job = jobs.find((one) => one.id === id)!
  return { ...(await channelWith(options.channel).deliver(job, AbortSignal.timeout(20_000))), deliveryId: id }
}

let answering: Answers = ok
channelSuite('return-channel', { promise: 'at-least-once', refuses: true, hangs: true }, async () => {
  const own = await startGateway()
  const target = await startRawReceiver((request, response) => answering(request, response))
  const sender = await senderWith(own, { url: target.url, generation: 'new' })
  const one = await newItem(own, sender)
  const taken: string[] = []
  const pushId = /<(?:\w+:)?SanomaTunniste>([^<]+)</
  return {
    db: own.db,
    channel: createReturnChannel({
      ...{
        db: own.db,
        sealer: own.runtime.sealer,
        signer: () => signerOf(gatewayKey),
        networks: ['127.0.0.1'],
        mode: 'sandbox',
      },
      ...{
        identity: () => null,
        citizenMessages: noCitizenMessages,
        now: () => new Date(),
        timeoutMs: 5_000,
        concurrency: 4,
      },
    }),
    queue: async () => queueReport(own, await newItem(own, sender), 220),
    arrived: (id) => Promise.resolve(taken.filter((taken) => taken === id)),
    accept: () => {
      answering = (request, response) => {
        taken.push(pushId.exec(request.payload)![1]!)
        ok(request, response)
      }
    },
    refuse: () => void (answering = (request, response) => response.end(statusAnswer(operationIn(request), 406))),
    hang: () => void (answering = () => undefined),
    connections: target.connections,
    secrets: [one.person, one.reference, target.url],
    close: async () => {
      await target.close()
      await own.close()
    },
  }
})

describe.each(['old', 'new'] as const)('a state for a receiver of the %s generation', (generation) => {
  const faultOf = judgeBy(returnChannelFiles(generation).xsd)

  test('is valid by the published schema and signed over Body and Timestamp with the gateway’s key', async () => {
    const target = await receiver()
    const outcome = await report({ url: target.url, generation })
    expect(outcome).toMatchObject({ kind: 'delivered' })
    const [request] = target.received
    expect(faultOf(request!.payload)).toBeUndefined()
    expect(request!.headers['soapaction']).toBe(`"${returnChannelAction('VieKohdeTiloja')}"`)
    expect(request!.headers['content-type']).toBe('text/xml; charset=utf-8')
    expect(verifyIndependently(request!.envelope, [gatewayKey.certificateDer])).toMatchObject({
      ...{ kind: 'judged', valueHolds: true },
      digestHolds: [
        { part: 'Body', holds: true },
        { part: 'Timestamp', holds: true },
      ],
    })
    expect(request!.envelope).not.toMatch(/mustUnderstand/)
    expect(request!.envelope).toContain('xmldsig-more#rsa-sha256')
    expect(request!.envelope).not.toContain('paluukanavaUrl')
    expect(request!.payload).toContain(`>${outcome.deliveryId}<`)
    expect(request!.payload).toContain(`SanomaVarmenneNimi>${gatewayKey.commonName}<`)
  })
})

test('a receiver that wants SHA-1 gets it, and one that wants no signature gets none', async () => {
  const target = await receiver()
  await report({ url: target.url, generation: 'old', signature: 'sha1' })
  await report({ url: target.url, generation: 'old', signature: 'none' })
  const [sha1, none] = target.received
  expect(verifyIndependently(sha1!.envelope, [gatewayKey.certificateDer])).toMatchObject({ valueHolds: true })
  expect(sha1!.envelope).toContain('xmldsig#rsa-sha1')
  expect(none!.envelope).not.toMatch(/Security|Signature|SanomaVarmenneNimi/)
})

test('the Timestamp of a request is valid for five minutes', async () => {
  const target = await receiver()
  const now = new Date('2026-05-05T10:00:00.000Z')
  await report({ url: target.url, generation: 'new' }, { channel: { now: () => now } })
  expect(target.received[0]!.envelope).toMatch(/Created>2026-05-05T10:00:00.000Z<.*Expires>2026-05-05T10:05:00.000Z</)
})

test('a service that has changed to the next key is signed for with that one', async () => {
  const target = await receiver()
  const next = await sharedIdentity('seuraava')
  const signer = (which: 'current' | 'next') => signerOf(which === 'next' ? next : gatewayKey)
  await report({ url: target.url, generation: 'new' }, { channel: { signer }, settings: { signingKey: 'next' } })
  expect(verifyIndependently(target.received[0]!.envelope, [next.certificateDer])).toMatchObject({ valueHolds: true })
})

test('the header that names the target goes only to a service that asked for it', async () => {
  const target = await receiver()
  const url = `${target.url}?a=1&b=<2>`
  await report({ url, generation: 'new', routingHeader: true })
  const { envelope } = target.received[0]!
  expect(envelope).toContain('paluukanavaUrl xmlns:asi="http://www.suomi.fi/asiointitili">')
  expect(envelope).toContain('?a=1&amp;b=&lt;2&gt;</asi:paluukanavaUrl>')
  expect(verifyIndependently(envelope, [gatewayKey.certificateDer])).toMatchObject({ valueHolds: true })
})

test('text of the authority that looks like markup arrives as text', async () => {
  const target = await receiver()
  const sender = await senderWith(gateway, { url: target.url, generation: 'new' })
  const title = '<![CDATA[</Nimeke><KohteenTila>230</KohteenTila>]]>'
  const id = await queueReport(
    gateway,
    await newItem(gateway, sender, { Nimeke: title.replace(/[<>]/g, (c) => (c === '<' ? '&lt;' : '&gt;')) }),
    200,
  )
  await drain({}, [id])
  expect(target.received[0]!.payload).not.toContain('<![CDATA[')
  expect(target.received[0]!.payload).toContain('&lt;![CDATA[&lt;/Nimeke&gt;')
  expect(judgeBy(returnChannelFiles('new').xsd)(target.received[0]!.payload)).toBeUndefined()
})

test('without a return channel by the time that it is due, a report is dropped', async () => {
  expect(await report(undefined)).toMatchObject({ kind: 'dropped', code: 'NO_RETURN_CHANNEL' })
})

test('of artificial persons nothing is reported to a service that has been opened to real ones', async () => {
  const target = await receiver()
  const sender = await senderWith(gateway, { url: target.url, generation: 'new' })
  const id = await queueReport(gateway, await newItem(gateway, sender), 200)
  const move = (state: string) =>
    gateway.db.query('update service set state = $2 where id = $1', [sender.serviceId, state])
  const [job] = await claimed([id])
  await move('production')
  expect(await channelWith().deliver(job!, AbortSignal.timeout(20_000))).toEqual({
    ...{ kind: 'dropped', code: 'SIDE_CHANGED' },
  })
  expect(target.received).toEqual([])
  // One that rests is on no other side.
  await move('withdrawn')
  expect(await channelWith().deliver(job!, AbortSignal.timeout(20_000))).toMatchObject({ kind: 'delivered' })
})

describe('in production', () => {
  const production = { mode: 'production' } as const

  test('a network of ours is called for a service for which an operator has named it, and for no other', async () => {
    const target = await receiver()
    const settings = { url: target.url, generation: 'old' } as const
    expect(await report(settings, { channel: production })).toMatchObject({ kind: 'refused', code: 'TARGET_FORBIDDEN' })
    expect(await report({ ...settings, networks: ['10.0.0.0/8'] }, { channel: production })).toMatchObject({
      ...{ kind: 'refused', code: 'TARGET_FORBIDDEN' },
    })
    expect(await report({ ...settings, networks: ['127.0.0.1'] }, { channel: production })).toMatchObject({
      kind: 'delivered',
    })
  })

  test('real persons’ states are not pushed over the open network without TLS', async () => {
    const sent = (url: string, environment: 'test' | 'production', networks?: string[]) =>
      callTarget(
        {
          ...{ mode: 'production', networks: ['127.0.0.1'], identity: () => null, now: () => new Date() },
          // Nothing leaves the machine: whoever may call it fails to learn the address.
          lookup: (name, _options, callback) =>
            name === 'julkinen.example'
              ? callback(null, [{ address: '193.166.1.1', family: 4 }])
              : callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []),
        },
        { url, generation: 'old', ...(networks !== undefined && { networks }) },
        signerOf(gatewayKey),
        { environment, operation: 'pushStates', head, encode: (all) => encodeStates(all, []) },
        AbortSignal.timeout(5_000),
      ).then(
        ({ kind }) => kind,
        (error: unknown) => outcomeOfError(error),
      )
    const head = { authorityId: 'a_ws', serviceId: 'a_ws_1', pushId: '1' }
    const tooPlain = { kind: 'refused', code: 'TARGET_FORBIDDEN', detail: { reason: 'plain-http' } }
    expect(await sent('http://193.166.1.1/paluu', 'production')).toEqual(tooPlain)
    expect(await sent('HTTP://julkinen.example/paluu', 'production')).toEqual(tooPlain)
    expect(await sent('http://muu.example/paluu', 'test')).toMatchObject({ detail: { reason: 'ENOTFOUND' } })
    expect(await sent('https://muu.example/paluu', 'production')).toMatchObject({ detail: { reason: 'ENOTFOUND' } })
    const target = await receiver()
    expect(await sent(target.url, 'production', ['127.0.0.1'])).toBe('taken')
  })
})

describe('a receiver that cannot be reached', () => {
  test.each([
    ['a closed port', 'http://127.0.0.1:1024/', 'CONNECTION_FAILED'],
    ['a name that is none', 'http://viranomainen.invalid/', 'CONNECTION_FAILED'],
  ])('at %s is tried again', async (_what, url, code) => {
    expect(await report({ url, generation: 'old' })).toMatchObject({ kind: 'unreachable', code })
  })

  test('because its address is in a network of ours is refused for good', async () => {
    const target = await receiver()
    const outcome = await report({ url: target.url, generation: 'old' }, { channel: { networks: [] } })
    expect(outcome).toEqual({ kind: 'refused', code: 'TARGET_FORBIDDEN', deliveryId: outcome.deliveryId })
    expect(target.received).toEqual([])
  })

  test('because its name leads there too is refused for good', async () => {
    const target = await receiver()
    const url = target.url.replace('127.0.0.1', 'viranomainen.example')
    const lookup: ReturnChannelOptions['lookup'] = (_name, _options, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }])
    expect(await report({ url, generation: 'old' }, { channel: { networks: [], lookup } })).toMatchObject({
      ...{ kind: 'refused', code: 'TARGET_FORBIDDEN' },
    })
    expect(await report({ url, generation: 'old' }, { channel: { lookup } })).toMatchObject({ kind: 'delivered' })
  })

  test.each([
    ['breaks the connection', (_request, response) => response.destroy(), 'CONNECTION_FAILED'],
    ['does not answer in time', () => undefined, 'TIMED_OUT'],
    ['begins an answer and stops', (_request, response) => void response.writeHead(200).write('<s:'), 'TIMED_OUT'],
    ['sends more than a sentence', (_request, response) => response.end('x'.repeat(1_100_000)), 'ANSWER_TOO_LARGE'],
    ['answers with a page', (_request, response) => response.end('<html></html>'), 'ANSWER_UNREADABLE'],
    ['answers with nothing', (_request, response) => response.end(), 'ANSWER_UNREADABLE'],
    ['is overloaded', (_request, response) => response.writeHead(503).end(), 'ANSWER_HTTP_ERROR'],
    ['answers 453', (request, response) => response.end(statusAnswer(operationIn(request), 453)), 'ANSWER_LATER'],
  ] satisfies [string, Answers, string][])('because it %s is tried again', async (_what, answer, code) => {
    const target = await receiver(answer)
    const outcome = await report({ url: target.url, generation: 'old' }, { channel: { timeoutMs: 700 } })
    expect(outcome).toMatchObject({ kind: 'unreachable', code })
    await eventually(() => target.connections() === 0)
  })

  test('is asked again when it says when', async () => {
    const target = await receiver((_request, response) => response.writeHead(503, { 'retry-after': '120' }).end())
    expect(await report({ url: target.url, generation: 'old' })).toMatchObject({ retryAfterMs: 120_000 })
  })

  test.each([301, 307, 308])('because it sends on elsewhere with %i is not followed', async (status) => {
    const elsewhere = await receiver()
    const target = await receiver((_request, response) => response.writeHead(status, { location: elsewhere.url }).end())
    expect(await report({ url: target.url, generation: 'old' })).toMatchObject({
      ...{ kind: 'refused', code: 'ANSWER_REDIRECTS' },
    })
    expect(elsewhere.received).toEqual([])
  })
})

describe('TLS', () => {
  const tlsOf = ({ privateKeyPem, certificatePem }: Identity) => ({ key: privateKeyPem, cert: certificatePem })
  const localhost: ReturnChannelOptions['lookup'] = (_name, _options, callback) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  const named = (url: string): string => url.replace('127.0.0.1', 'paluu.viranomainen.example')
  const dnsName = 'paluu.viranomainen.example'

  test('a certificate of the CA that the service has named is trusted, for its own name', async () => {
    const ca = await issue({ name: 'Viranomaisen CA', ca: true })
    const target = await receiver(ok, tlsOf(await issue({ name: 'Paluukanava', issuer: ca, dnsName })))
    const settings = { url: named(target.url), generation: 'new', ca: ca.certificatePem } as const
    expect(await report(settings, { channel: { lookup: localhost } })).toMatchObject({ kind: 'delivered' })
    for (const wrong of [
      { ...settings, url: settings.url.replace('paluu.', 'muu.') },
      { ...settings, ca: (await issue({ name: 'Toinen CA', ca: true })).certificatePem },
      { url: settings.url, generation: 'new' } as const,
    ])
      expect(await report(wrong, { channel: { lookup: localhost } })).toMatchObject({
        ...{ kind: 'unreachable', code: 'TLS_FAILED' },
      })
    expect(target.received).toHaveLength(1)
  })

  test('nothing in the environment makes it trust more', async () => {
    const target = await receiver(ok, tlsOf(await issue({ name: 'Paluukanava', dnsName })))
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(
        await report({ url: named(target.url), generation: 'new' }, { channel: { lookup: localhost } }),
      ).toMatchObject({ kind: 'unreachable', code: 'TLS_FAILED' })
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
  })

  test('a receiver that asks who is calling sees the gateway’s client certificate', async () => {
    const ca = await issue({ name: 'Viranomaisen CA', ca: true })
    const [server, client] = [
      await issue({ name: 'Paluukanava', issuer: ca, dnsName }),
      await issue({ name: 'Yhdyskäytävä', issuer: ca }),
    ]
    const target = await receiver(ok, {
      ...{ ...tlsOf(server), ca: ca.certificatePem, requestCert: true, rejectUnauthorized: true },
    })
    const settings = { url: named(target.url), generation: 'new', ca: ca.certificatePem } as const
    expect(await report(settings, { channel: { lookup: localhost, identity: () => tlsOf(client) } })).toMatchObject({
      kind: 'delivered',
    })
    expect(await report(settings, { channel: { lookup: localhost } })).toMatchObject({ kind: 'unreachable' })
  })
})

describe('many states of one service', () => {
  const settings = (url: string, batchSize: number): ReturnChannel => ({ url, generation: 'new', batchSize })
  const countIn = (payload: string): number => Number(/KohdeMaara>(\d+)</.exec(payload)![1])

  test('go in one request when the service wants that, and each delivery ends by itself', async () => {
    const target = await receiver()
    const sender = await senderWith(gateway, settings(target.url, 100))
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push(await queueReport(gateway, await newItem(gateway, sender), 200))
    await drain({}, ids)
    expect(target.received.map(({ payload }) => countIn(payload))).toEqual([5])
    expect(judgeBy(returnChannelFiles('new').xsd)(target.received[0]!.payload)).toBeUndefined()
    for (const id of ids) expect(await rowOf(gateway.db, id)).toMatchObject({ state: 'delivered', attempts: 1 })
  })

  test('go in no larger requests than the service wants, and one by one when it says nothing', async () => {
    const target = await receiver()
    const [two, one] = [
      await senderWith(gateway, settings(target.url, 2)),
      await senderWith(gateway, { url: target.url, generation: 'new' }),
    ]
    const ids: string[] = []
    for (const sender of [two, two, two, two, one, one])
      ids.push(await queueReport(gateway, await newItem(gateway, sender), 200))
    await drain({}, ids)
    expect(target.received.map(({ payload }) => countIn(payload)).sort()).toEqual([1, 1, 2, 2])
  })

  test('of one message never share a request, and keep their order', async () => {
    const target = await receiver()
    const sender = await senderWith(gateway, settings(target.url, 100))
    const [a, b] = [await newItem(gateway, sender), await newItem(gateway, sender)]
    const ids: string[] = []
    for (const state of [200, 220, 230] as const)
      for (const one of [a, b]) ids.push(await queueReport(gateway, one, state))
    await drain({}, ids)
    for (const { number } of [a, b]) {
      const states = target.received.flatMap(({ payload }) =>
        [...payload.matchAll(/AsiointitiliTunniste>(\d+)<.*?KohteenTila>(\d+)</g)]
          .filter(([, of]) => of === number)
          .map(([, , state]) => state),
      )
      expect(states).toEqual(['200', '220', '230'])
    }
  })

  test('that are refused together go alone, and only what is wrong is refused', async () => {
    let bad = ''
    const target = await receiver((request, response) => {
      response.end(statusAnswer(operationIn(request), request.payload.includes(bad) ? 400 : 0))
    })
    const sender = await senderWith(gateway, settings(target.url, 100))
    const items = [await newItem(gateway, sender), await newItem(gateway, sender), await newItem(gateway, sender)]
    bad = items[1]!.number
    const ids: string[] = []
    for (const one of items) ids.push(await queueReport(gateway, one, 200))
    await drain({ ends: async () => (await openOnes()) === 1 }, ids)
    const rows = await Promise.all(ids.map((id) => rowOf(gateway.db, id)))
    expect(rows.map(({ state, outcomes }) => [state, outcomes.at(-1)])).toEqual([
      ['delivered', 'delivered'],
      ['scheduled', 'refused'],
      ['delivered', 'delivered'],
    ])
  })

  test('of which one cannot be sent go alone, and the others arrive', async () => {
    const target = await receiver()
    const sender = await senderWith(gateway, settings(target.url, 100))
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.push(await queueReport(gateway, await newItem(gateway, sender), 200))
    const jobs = await claimed(ids)
    let isFirst = true
    const signer = () => {
      const good = signerOf(gatewayKey)
      const broken = isFirst ? { ...good, privateKey: createPublicKey(good.privateKey) } : good
      isFirst = false
      return broken
    }
    const channel = channelWith({ signer })
    const ends = await Promise.allSettled(jobs.map((job) => channel.deliver(job, AbortSignal.timeout(20_000))))
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(target.received.map(({ payload }) => countIn(payload))).toEqual([1, 1])
  })

  test('go without the one that has been given up by then', async () => {
    const target = await receiver()
    const sender = await senderWith(gateway, settings(target.url, 100))
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.push(await queueReport(gateway, await newItem(gateway, sender), 200))
    const jobs = await claimed(ids)
    const channel = channelWith()
    const signals = [AbortSignal.abort(new Error('given up')), AbortSignal.timeout(20_000), AbortSignal.timeout(20_000)]
    const ends = await Promise.allSettled(jobs.map((job, i) => channel.deliver(job, signals[i]!)))
    expect(ends[0]).toMatchObject({ status: 'rejected', reason: { message: 'given up' } })
    expect(ends.slice(1)).toMatchObject([{ value: { kind: 'delivered' } }, { value: { kind: 'delivered' } }])
    expect(target.received.map(({ payload }) => countIn(payload))).toEqual([2])
  })

  test('that nobody answered count as one failure of the line', async () => {
    const target = await receiver((_request, response) => response.writeHead(500).end())
    const sender = await senderWith(gateway, settings(target.url, 100))
    const ids: string[] = []
    // As many as one authority gets places for.
    for (let i = 0; i < 6; i++) ids.push(await queueReport(gateway, await newItem(gateway, sender), 200))
    await drain(
      { ends: async () => (await gateway.db.query(`select from attempt where ended_at is not null`)).rowCount === 6 },
      ids,
    )
    const { rows } = await gateway.db.query('select failures from breaker')
    expect(rows).toEqual([{ failures: 1 }])
  })
})

test('a refusal is asked again twice, slowly, then it is an operator’s, and the log says so', async () => {
  const target = await receiver((request, response) => response.end(statusAnswer(operationIn(request), 403)))
  const sender = await senderWith(gateway, { url: target.url, generation: 'old' })
  const id = await queueReport(gateway, await newItem(gateway, sender), 200)
  // Six hours are a quarter of a second.
  await drain({ pauseDivisor: 86_400 }, [id])
  expect(await rowOf(gateway.db, id)).toMatchObject({
    ...{ state: 'dead', attempts: 3, reason: 'ANSWER_REFUSES' },
    outcomes: ['refused', 'refused', 'refused'],
  })
  expect(target.received).toHaveLength(3)
  const pushIds = target.received.map(({ payload }) => /SanomaTunniste>([^<]+)</.exec(payload)![1])
  expect(new Set(pushIds)).toEqual(new Set([id]))
})

test('a refused report waits about six hours before it is asked again, and its line stays open', async () => {
  const target = await receiver((request, response) => response.end(statusAnswer(operationIn(request), 400)))
  const sender = await senderWith(gateway, { url: target.url, generation: 'old' })
  const id = await queueReport(gateway, await newItem(gateway, sender), 200)
  await drain({ ends: async () => (await rowOf(gateway.db, id)).state === 'scheduled' }, [id])
  const { dueInMs } = await rowOf(gateway.db, id)
  expect(dueInMs / 3_600_000).toBeCloseTo(6, 1)
  expect((await gateway.db.query('select from breaker')).rowCount).toBe(0)
})

async function claimed(ids: readonly string[]): Promise<outbox.Job[]> {
  const jobs = await outbox.claim(gateway.db, {
    ...{ workerId: randomUUID(), leaseMs: 60_000, free: { 'return-channel': 100 }, limit: 100 },
  })
  return ids.map((one) => jobs.find(({ id }) => id === one)!)
}

const openOnes = async (): Promise<number> => {
  const { rows } = await gateway.db.query<{ n: number }>(
    'select count(*)::int as n from delivery where finished_at is null and state <> $1',
    ['x'],
  )
  return rows[0]!.n
}

/** Lets a worker deliver until all have ended. */
async function drain(
  more: { ends?: () => Promise<boolean>; pauseDivisor?: number },
  ids: readonly string[],
): Promise<void> {
  const worker: TestWorker = startWorker(gateway.db, [channelWith()], { pauseDivisor: more.pauseDivisor ?? 1 })
  try {
    await eventually(
      more.ends ??
        (async () => {
          const rows = await Promise.all(ids.map((id) => rowOf(gateway.db, id)))
          return rows.every(({ state }) => ['delivered', 'dead', 'cancelled'].includes(state))
        }),
    )
  } finally {
    await worker.stop()
  }
}
