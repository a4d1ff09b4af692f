import { afterEach, beforeAll, afterAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  faultOf,
  getStatus,
  item,
  newSender,
  unsigned,
  UNSIGNED_PATH,
  type Sender,
} from '../../support/requests.js'
import { answerOn, call, head, metric, openLine, until, untilReleased, type Line } from './lines.js'

const KIB = 1024
const REQUEST = 256 * KIB

let gateway: TestGateway
let sender: Sender

beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ASTI_NON_SIGNED: 'anyone',
      // Callers are told apart by what a proxy says of them.
      ASTI_TRUSTED_PROXIES: '127.0.0.1',
      ASTI_MAX_REQUEST_BYTES: String(REQUEST),
      ASTI_MAX_BYTES_IN_FLIGHT_PER_ADDRESS: String(REQUEST),
      ASTI_MAX_BYTES_IN_FLIGHT: String(REQUEST * 2),
      ASTI_IDLE_TIMEOUT_MS: '5s',
    },
  })
  sender = await newSender(gateway)
})
const open: Line[] = []
afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.destroy()
  await untilReleased(gateway)
})
afterAll(() => gateway.close())

/** An upload from somewhere that stands still with so many of its bytes in hand. */
async function hold(from: string, sizeBytes: number): Promise<void> {
  const before = await metric(gateway, 'asti_request_bytes_in_flight')
  const line = openLine(gateway, head(`X-Forwarded-For: ${from}`, `Content-Length: ${REQUEST}`))
  open.push(line)
  line.socket.write(Buffer.alloc(sizeBytes, ' '))
  await until('its bytes are in hand', async () => {
    return (await metric(gateway, 'asti_request_bytes_in_flight')) === before + sizeBytes
  })
}

const postFrom = (from: string, sizeBytes: number) => {
  const request = unsigned(getStatus(sender))
  const body = request.replace('</soapenv:Envelope>', `${' '.repeat(sizeBytes - request.length)}</soapenv:Envelope>`)
  return call(gateway, UNSIGNED_PATH, { method: 'POST', body, headers: { 'X-Forwarded-For': from } })
}

test('a client that uploads slowly takes the room of its own address only', async () => {
  await hold('203.0.113.1', 200 * KIB)
  const refused = await postFrom('203.0.113.1', 100 * KIB)
  expect([refused.status, faultOf(refused)]).toEqual([503, { faultCode: 'Server', code: 'OVERLOADED' }])
  expect(refused.headers['retry-after']).toBe('5')
  expect(await gateway.submission(String(refused.headers['x-trace-id']))).toMatchObject({
    code: 'OVERLOADED',
    remoteAddress: '203.0.113.1',
    notes: { limit: 'bytes-per-address' },
  })
  expect((await postFrom('203.0.113.1', 50 * KIB)).status).toBe(200)
  expect((await postFrom('203.0.113.2', 100 * KIB)).status).toBe(200)
})

test('the addresses of one IPv6 network share their room', async () => {
  await hold('2001:db8:1:2:aaaa::1', 200 * KIB)
  expect((await postFrom('2001:db8:1:2::ffff', 100 * KIB)).status).toBe(503)
  expect((await postFrom('2001:db8:1:3::1', 100 * KIB)).status).toBe(200)
})

test('when all the room is taken, everybody is told to come again, and the log says that it was all the room', async () => {
  await hold('203.0.113.1', 200 * KIB)
  await hold('203.0.113.2', 200 * KIB)
  const refused = await postFrom('203.0.113.3', 150 * KIB)
  expect([refused.status, faultOf(refused)?.code]).toEqual([503, 'OVERLOADED'])
  const row = await gateway.submission(String(refused.headers['x-trace-id']))
  expect(row?.notes).toMatchObject({ limit: 'bytes' })
  expect(await metric(gateway, 'asti_limit_reached_total{limit="bytes"}')).toBe(1)
})

test('a request that will find no room is refused before its bytes take any', async () => {
  await hold('203.0.113.1', 200 * KIB)
  const line = openLine(gateway, head('X-Forwarded-For: 203.0.113.1', `Content-Length: ${100 * KIB}`))
  line.socket.write(Buffer.alloc(10 * KIB))
  const answer = await answerOn(line)
  // Its body never came, so it was not waited for to the end.
  expect([answer.status, faultOf(answer)?.code, answer.headers['connection']]).toEqual([503, 'OVERLOADED', 'close'])
  expect(await gateway.submission(String(answer.headers['x-trace-id']))).toMatchObject({ sizeBytes: 0 })
})

test('a request that says it is too large takes no more room than it takes to see what it is', async () => {
  const body = Buffer.from(unsigned(addItems(sender, item('010190-900P', { Nimeke: 'x'.repeat(REQUEST) }))))
  const line = openLine(gateway, head('X-Forwarded-For: 203.0.113.1', `Content-Length: ${body.length}`))
  open.push(line)
  line.socket.write(body.subarray(0, 200 * KIB))
  await until('it was looked at', () => line.socket.bytesWritten > 200 * KIB && line.socket.writableLength === 0)
  expect((await postFrom('203.0.113.1', 250 * KIB)).status).toBe(200)
  line.socket.write(body.subarray(200 * KIB))
  await until('it is answered', () => /Envelope>\s*$/.test(line.heard()))
  expect(line.heard()).toMatch(/^HTTP\/1\.1 200 [^]*<[^>]*TilaKoodi>400</)
})
