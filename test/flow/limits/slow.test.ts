import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  faultOf,
  getStatus,
  item,
  newPerson,
  newSender,
  queryCustomers,
  reply,
  unsigned,
  UNSIGNED_PATH,
  type Sender,
} from '../../support/requests.js'
import { answerOn, head, metric, openLine, until, untilReleased } from './lines.js'

const IDLE_MS = 800
const WHOLE_MS = 2_500

let gateway: TestGateway
let sender: Sender
let message: Buffer

beforeAll(async () => {
  const env = {
    ASTI_NON_SIGNED: 'anyone',
    ASTI_IDLE_TIMEOUT_MS: String(IDLE_MS),
    ASTI_REQUEST_TIMEOUT_MS: String(WHOLE_MS),
    ASTI_KEEP_ALIVE_TIMEOUT_MS: '1500',
    ASTI_MAX_RECIPIENTS_PER_QUERY: '100000',
  }
  gateway = await startGateway({ env })
  sender = await newSender(gateway)
  message = Buffer.from(unsigned(addItems(sender, item(await newPerson(gateway)))))
})
afterEach(() => untilReleased(gateway))
afterAll(() => gateway.close())

const length = (body: Buffer) => `Content-Length: ${body.length}`
const rowOf = ({ headers }: { headers: Record<string, unknown> }) => gateway.submission(String(headers['x-trace-id']))

test.each([
  ['a Content-Length', () => Buffer.concat([Buffer.from(head(length(message))), message.subarray(0, -20)])],
  [
    'chunks',
    () => Buffer.concat([Buffer.from(`${head('Transfer-Encoding: chunked')}fffff\r\n`), message.subarray(0, -20)]),
  ],
])('a body with %s that stops coming is refused, in the log too, and its connection closed', async (_kind, begin) => {
  const before = await metric(gateway, 'asti_slow_cut_total{at="body"}')
  const answer = await answerOn(openLine(gateway, begin()))
  expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'Client', code: 'REQUEST_TIMEOUT' }])
  expect(answer.headers['connection']).toBe('close')
  expect(answer.headers['content-type']).toBe('text/xml;charset=utf-8')
  expect(await rowOf(answer)).toMatchObject({
    outcome: 'refused',
    code: 'REQUEST_TIMEOUT',
    statusCode: null,
    operation: 'addItems',
    exchangeId: 'sanoma-1',
    sizeBytes: message.length - 20,
    remoteAddress: '127.0.0.1',
  })
  expect(await metric(gateway, 'asti_slow_cut_total{at="body"}')).toBe(before + 1)
})

test('a compressed body that stops coming is refused as any other', async () => {
  const body = gzipSync(message)
  const line = openLine(gateway, head(length(body), 'Content-Encoding: gzip'))
  line.socket.write(body.subarray(0, body.length - 10))
  expect(faultOf(await answerOn(line))).toEqual({ faultCode: 'Client', code: 'REQUEST_TIMEOUT' })
})

test('a body of which nothing comes at all is refused', async () => {
  const answer = await answerOn(openLine(gateway, head('Content-Length: 1000')))
  expect(faultOf(answer)).toEqual({ faultCode: 'Client', code: 'REQUEST_TIMEOUT' })
  expect(await rowOf(answer)).toMatchObject({ code: 'REQUEST_TIMEOUT', operation: null, sizeBytes: 0 })
})

test('a body that keeps trickling is refused when its time is over', async () => {
  const line = openLine(gateway, head(length(message)))
  for (let at = 0; !line.heard(); at++) {
    line.socket.write(message.subarray(at, at + 1))
    await sleep(30)
  }
  const answer = await answerOn(line)
  expect([answer.status, faultOf(answer)?.code]).toEqual([500, 'REQUEST_TIMEOUT'])
})

test('a body that pauses now and then, but not for too long, is served', async () => {
  const line = openLine(gateway, head('Connection: close', length(message)))
  for (let n = 0; n < 4; n++) {
    const [from, to] = [n, n + 1].map((k) => Math.floor((k * message.length) / 4))
    line.socket.write(message.subarray(from, to))
    await sleep(IDLE_MS / 8)
  }
  expect(reply('LisaaKohteita', await answerOn(line)).itemCodes).toEqual([200])
})

test('a request that is refused for another reason is not waited for either', async () => {
  const start = head('Content-Encoding: br', 'Content-Length: 1000')
  const answer = await answerOn(openLine(gateway, `${start}abc`))
  expect([faultOf(answer)?.code, answer.headers['connection']]).toEqual(['CONTENT_ENCODING', 'close'])
})

test('headers that trickle are cut with a bare 408 and counted', async () => {
  const before = await metric(gateway, 'asti_slow_cut_total{at="headers"}')
  const line = openLine(gateway, `POST ${UNSIGNED_PATH} HTTP/1.1\r\nHost: a\r\n`)
  for (let n = 0; !line.heard() && !line.isClosed(); n++) {
    line.socket.write(`X-${n}: y\r\n`)
    await sleep(50)
  }
  const answer = await answerOn(line)
  expect([answer.status, answer.headers['connection']]).toEqual([408, 'close'])
  expect(await metric(gateway, 'asti_slow_cut_total{at="headers"}')).toBe(before + 1)
})

test('a connection on which nothing is said is closed without a word', async () => {
  expect(await openLine(gateway).ended).toBe('')
})

test('a connection is kept for the next request, and not for ever', async () => {
  const status = Buffer.from(unsigned(getStatus(sender)))
  const request = Buffer.concat([Buffer.from(head(length(status))), status])
  const line = openLine(gateway, request)
  await until('the first answer is there', () => /Envelope>\s*$/.test(line.heard()))
  line.socket.write(request)
  const conversation = await line.ended
  expect(conversation.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
})

test('a client that does not take its answer is cut, and the next one is served', async () => {
  const ids = Array.from({ length: 45_000 }, () => '010190-900P')
  const question = Buffer.from(unsigned(queryCustomers(sender, ...ids)))
  const before = await metric(gateway, 'asti_slow_cut_total{at="answer"}')
  const deaf = openLine(gateway, Buffer.concat([Buffer.from(head(length(question))), question]), { deaf: true })
  await until('it is cut', async () => (await metric(gateway, 'asti_slow_cut_total{at="answer"}')) === before + 1)
  expect(gateway.logged()).toContain('"event":"answer.not-taken"')
  expect((await ask(gateway, getStatus(sender), { headers: { Connection: 'close' } })).code).toBe(0)
  deaf.socket.destroy()
})
