import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createSmsChannel, type Channel, type Outcome } from '../../../src/delivery/index.js'
import { sensitive } from '../../../src/sensitive.js'
import { outbox } from '../../../src/store/index.js'
import { channelSuite } from '../../support/channel-suite.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  newAddressee,
  queueNotice,
  SECRETS,
  sendLetter,
  take,
  type Addressee,
  type SentLetter,
} from '../../support/notices.js'
import { SMS_TOKEN, startSmsServer, type TestSmsServer } from '../../support/sms-server.js'

const channelTo = (gateway: TestGateway, server: TestSmsServer, token = SMS_TOKEN): Channel =>
  createSmsChannel({
    ...{ db: gateway.db, sealer: gateway.runtime.sealer, smsUrl: server.url, smsToken: sensitive(token) },
    ...{ smsSender: 'Asiointi', mailboxPagesUrl: 'https://tili.example' },
  })

channelSuite('sms', { promise: 'once', refuses: true, hangs: true }, async () => {
  const gateway = await startGateway()
  const server = await startSmsServer()
  const { db } = gateway
  const person = await newAddressee(gateway)
  const letter = await sendLetter(gateway, person.id)
  await db.query(`update delivery set state = 'cancelled'`)
  return {
    db,
    channel: channelTo(gateway, server),
    queue: () => queueNotice(gateway, letter, { channel: 'sms', environment: 'production' }),
    arrived: (id) =>
      Promise.resolve(server.taken.map((sms) => sms.client_reference).filter((reference) => reference === id)),
    accept: () => void (server.sending = null),
    refuse: () =>
      void (server.sending = {
        status: 400,
        body: `{"code":"syntax_invalid_parameter_format","text":"${person.phone}"}`,
      }),
    hang: () => void (server.sending = 'hang'),
    connections: () => server.connections(),
    secrets: [...SECRETS, person.phone, person.id, SMS_TOKEN],
    close: async () => {
      await server.close()
      await gateway.close()
    },
  }
})

describe('an SMS', () => {
  let gateway: TestGateway
  let server: TestSmsServer
  let person: Addressee
  let letter: SentLetter
  let channel: Channel
  beforeAll(async () => {
    gateway = await startGateway()
    server = await startSmsServer()
    person = await newAddressee(gateway, { language: 'sv' })
    letter = await sendLetter(gateway, person.id)
    await gateway.db.query(`update delivery set state = 'cancelled'`)
    channel = channelTo(gateway, server)
  })
  afterAll(async () => {
    await server.close()
    await gateway.close()
  })
  beforeEach(() => {
    Object.assign(server, { sending: null, listing: null })
    server.taken.length = server.asked.length = 0
  })

  const queue = (): Promise<string> => queueNotice(gateway, letter, { channel: 'sms', environment: 'production' })
  const attempt = async (id: string, signal = new AbortController().signal): Promise<Outcome | 'thrown'> =>
    channel.deliver(await take(gateway, id), signal).catch(() => 'thrown' as const)
  /** The attempt ended without an answer, and its pause is over. */
  const retry = (id: string): Promise<unknown> =>
    gateway.db.query(
      `with open as (update attempt set outcome = 'unreachable' where delivery_id = $1 and outcome is null)
       update delivery set state = 'ready', owner = null, lease_until = null where id = $1`,
      [id],
    )

  test('goes to the number in the language of its owner, and carries the id of its delivery', async () => {
    const id = await queue()
    expect(await attempt(id)).toEqual({ kind: 'delivered', detail: { status: 201, providerId: '01FC0' } })
    const [sms] = server.taken
    expect(sms).toMatchObject({ to: [person.phone], from: 'Asiointi', client_reference: id })
    expect(sms!.body).toContain('brevlåda')
    expect(sms!.body).toContain('https://tili.example')
    for (const secret of [...SECRETS, person.id]) expect(sms!.body).not.toContain(secret)
    expect(server.asked).toEqual(['POST'])
  })

  test('whose answer was lost is asked after before it is sent again, and is not sent twice', async () => {
    const id = await queue()
    server.sending = 'lost'
    expect(await attempt(id, AbortSignal.timeout(300))).toBe('thrown')
    await retry(id)
    server.sending = null
    expect(await attempt(id)).toEqual({ kind: 'delivered', detail: { found: true } })
    expect(server.taken).toHaveLength(1)
    expect(server.asked).toEqual(['POST', 'GET'])
  })

  test('that was never taken is sent again', async () => {
    const id = await queue()
    server.sending = 'cut'
    expect(await attempt(id)).toMatchObject({ kind: 'unreachable', code: 'SMS_UNREACHABLE' })
    await retry(id)
    server.sending = null
    expect(await attempt(id)).toMatchObject({ kind: 'delivered' })
    expect(server.asked).toEqual(['POST', 'GET', 'POST'])
  })

  test('is not sent again as long as nobody can be asked', async () => {
    const id = await queue()
    server.sending = 'lost'
    await attempt(id, AbortSignal.timeout(300))
    server.sending = null
    for (const listing of [{ status: 503 }, { status: 400 }, { status: 200, body: 'garbage' }, { status: 401 }]) {
      await retry(id)
      server.listing = listing
      expect(await attempt(id)).toMatchObject({ kind: 'unreachable' })
    }
    await retry(id)
    server.listing = 'hang'
    expect(await attempt(id, AbortSignal.timeout(300))).toBe('thrown')
    expect(server.taken).toHaveLength(1)
  })

  test('is asked after also when its first attempt was given back and not counted', async () => {
    const id = await queue()
    server.sending = 'lost'
    const workerId = randomUUID()
    const jobs = await outbox.claim(gateway.db, { workerId, leaseMs: 60_000, free: { sms: 100 }, limit: 100 })
    const job = jobs.find((one) => one.id === id)!
    await channel.deliver(job, AbortSignal.timeout(300)).catch(() => undefined)
    await outbox.giveBack(gateway.db, jobs, workerId)
    server.sending = null
    const again = await take(gateway, id)
    expect(again.attempt).toBe(1)
    expect(await channel.deliver(again, new AbortController().signal)).toMatchObject({ detail: { found: true } })
    expect(server.taken).toHaveLength(1)
  })

  test.each([
    [{ status: 400, body: '{"code":"syntax_invalid_parameter_format"}' }, 'refused', 'SMS_REFUSED'],
    [{ status: 401 }, 'unreachable', 'SMS_AUTH_FAILED'],
    [{ status: 403, body: '{"code":"unknown_campaign"}' }, 'unreachable', 'SMS_ACCOUNT_REFUSED'],
    [{ status: 404 }, 'unreachable', 'SMS_ACCOUNT_REFUSED'],
    [{ status: 500, body: '<html>' }, 'unreachable', 'SMS_PROVIDER_FAILED'],
    [{ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }, 'unreachable', 'SMS_PROVIDER_FAILED'],
  ] as const)('that is answered with %j is %s: %s', async (sending, kind, code) => {
    server.sending = { ...sending }
    expect(await attempt(await queue())).toMatchObject({ kind, code, detail: { status: sending.status } })
    expect(server.taken).toEqual([])
  })

  test('waits as long as the provider says when there were too many', async () => {
    server.sending = { status: 429, headers: { 'Retry-After': '40' } }
    expect(await attempt(await queue())).toMatchObject({
      kind: 'unreachable',
      code: 'SMS_TOO_MANY',
      retryAfterMs: 40_000,
    })
  })

  test('waits where no provider is configured', async () => {
    const none = createSmsChannel({ db: gateway.db, sealer: gateway.runtime.sealer, smsSender: 'Asiointi' })
    const job = await take(gateway, await queue())
    expect(await none.deliver(job, new AbortController().signal)).toEqual({
      ...{ kind: 'waiting', code: 'SMS_NOT_CONFIGURED', retryAfterMs: 3_600_000 },
    })
  })

  test('of a test service never reaches the provider', async () => {
    const id = await queueNotice(gateway, letter, { channel: 'sms', environment: 'test' })
    expect(await attempt(id)).toMatchObject({ kind: 'delivered', detail: { caught: true } })
    await sleep(50)
    expect(server.asked).toEqual([])
  })
})
