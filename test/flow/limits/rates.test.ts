import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { cloneDatabase, startGateway, type TestGateway } from '../../support/gateway.js'
import { faultOf, getStatus, newSender, unsigned, UNSIGNED_PATH, type Sender } from '../../support/requests.js'
import { call, head, metric, openLine, until } from './lines.js'

const env = { ASTI_NON_SIGNED: 'anyone', ASTI_TRUSTED_PROXIES: '127.0.0.1' }

describe('requests per minute and address', () => {
  let gateway: TestGateway
  let sender: Sender
  let database: Awaited<ReturnType<typeof cloneDatabase>>
  beforeAll(async () => {
    database = await cloneDatabase()
    gateway = await startGateway({
      databaseUrl: database.url,
      env: { ...env, ASTI_REQUESTS_PER_MINUTE_PER_ADDRESS: '3' },
    })
    sender = await newSender(gateway)
  })
  afterAll(() => database.drop())

  const post = (from: string, body: string | Buffer = unsigned(getStatus(sender))) =>
    call(gateway, UNSIGNED_PATH, { method: 'POST', body, headers: { 'X-Forwarded-For': from } })
  const traceIdOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-trace-id'])

  test('more than allowed are told when to come again; the first has a row, and the others its trace id', async () => {
    const from = '203.0.113.1'
    for (let n = 0; n < 3; n++) expect((await post(from)).status).toBe(200)
    const rows = await gateway.count('submission')
    const refused = [await post(from), await post(from), await post(from)]
    for (const answer of refused) {
      expect([answer.status, faultOf(answer)]).toEqual([503, { faultCode: 'Server', code: 'RATE_LIMITED' }])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60)
      expect(answer.body.toString()).toContain(traceIdOf(refused[0]!))
    }
    expect(new Set(refused.map(traceIdOf)).size).toBe(1)
    expect(await gateway.count('submission')).toBe(rows + 1)
    expect(await gateway.submission(traceIdOf(refused[0]!))).toMatchObject({
      outcome: 'refused',
      code: 'RATE_LIMITED',
      remoteAddress: from,
      notes: { limit: 'requests-per-address' },
    })
    expect(await metric(gateway, 'asti_limit_reached_total{limit="requests-per-address"}')).toBe(3)
    expect((await post('203.0.113.2')).status).toBe(200)
  })

  test('the addresses of one IPv6 network are counted together, other networks apart', async () => {
    const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff::', '2001:db8::3', '2001:db8:0:1::1']
    const statuses: number[] = []
    for (const address of addresses) statuses.push((await post(address)).status)
    expect(statuses).toEqual([200, 200, 200, 503, 200])
  })

  test('a proxy that appends ports does not make one caller many', async () => {
    const statuses: number[] = []
    for (const address of ['10.4.4.4:1', '10.4.4.4:2', '[::ffff:10.4.4.4]:3', '10.4.4.4:4', '10.4.4.5:4'])
      statuses.push((await post(address)).status)
    expect(statuses).toEqual([200, 200, 200, 503, 200])
  })

  test('what a proxy writes that is no address is one caller', async () => {
    const statuses: number[] = []
    for (const address of ['unknown', '10.1.2.3:port', '_hidden', '-']) statuses.push((await post(address)).status)
    expect(statuses).toEqual([200, 200, 200, 503])
  })

  test('a refused request is read and thrown away, so that a client that writes first gets to its answer', async () => {
    const from = '203.0.113.3'
    for (let n = 0; n < 3; n++) await post(from)
    const body = Buffer.alloc(8 * 1024 * 1024, 'x')
    const line = openLine(
      gateway,
      head('Connection: close', `X-Forwarded-For: ${from}`, `Content-Length: ${body.length}`),
    )
    line.socket.pause().write(body)
    await until('all of it is written', () => line.socket.writableLength === 0)
    line.socket.resume()
    expect(await line.ended).toContain('RATE_LIMITED')
    expect(await metric(gateway, 'asti_request_bytes_in_flight')).toBe(0)
  })

  test('health, metrics and the WSDL are not counted', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.4' }
    for (const path of ['/health/live', '/metrics', `${UNSIGNED_PATH}?wsdl`])
      for (let n = 0; n < 5; n++) expect((await call(gateway, path, { headers })).status).toBe(200)
  })

  test('a callers row tells how many more refusals it stands for, at the latest when the gateway stops', async () => {
    const from = '203.0.113.5'
    const answers = []
    for (let n = 0; n < 8; n++) answers.push(await post(from))
    await gateway.close()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query<{ notes: object }>('select notes from submission where id = $1', [
      traceIdOf(answers[7]!),
    ])
    await client.end()
    expect(rows).toMatchObject([{ notes: { limit: 'requests-per-address', furtherRefusals: 4 } }])
  })
})

describe('requests per minute and service', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ env: { ...env, ASTI_REQUESTS_PER_MINUTE_PER_SERVICE: '2' } })
  })
  afterAll(() => gateway.close())

  test('a service that sends more than allowed is refused, each time with a row of its own; others are served', async () => {
    const [sender, other] = [await newSender(gateway), await newSender(gateway)]
    const post = (from: Sender) => call(gateway, UNSIGNED_PATH, { method: 'POST', body: unsigned(getStatus(from)) })
    const answers = []
    for (let n = 0; n < 4; n++) answers.push(await post(sender))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 503, 503])
    for (const answer of answers.slice(2)) {
      expect(faultOf(answer)).toEqual({ faultCode: 'Server', code: 'RATE_LIMITED' })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(await gateway.submission(String(answer.headers['x-trace-id']))).toMatchObject({
        code: 'RATE_LIMITED',
        authorityId: sender.authorityId,
        serviceId: sender.serviceId,
        notes: { limit: 'requests-per-service' },
      })
    }
    expect(answers[2]!.headers['x-trace-id']).not.toBe(answers[3]!.headers['x-trace-id'])
    expect((await post(other)).status).toBe(200)
  })
})

test('callers behind a proxy that was forgotten in the settings are one caller, and the log says so once', async () => {
  const gateway = await startGateway({
    env: { ASTI_NON_SIGNED: 'anyone', ASTI_REQUESTS_PER_MINUTE_PER_ADDRESS: '2' },
  })
  try {
    const sender = await newSender(gateway)
    const statuses: number[] = []
    for (const from of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
      const headers = { 'X-Forwarded-For': from }
      const body = unsigned(getStatus(sender))
      statuses.push((await call(gateway, UNSIGNED_PATH, { method: 'POST', body, headers })).status)
    }
    expect(statuses).toEqual([200, 200, 503])
    expect(gateway.logged().match(/"event":"proxy.not-trusted"/g)).toHaveLength(1)
  } finally {
    await gateway.close()
  }
})
