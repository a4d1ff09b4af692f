import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  faultOf,
  getStatus,
  newSender,
  reply,
  SIGNED_PATH,
  talk,
  unsigned,
  UNSIGNED_PATH,
  wireAnswer,
  type Sender,
} from '../../support/requests.js'
import { call, head, metric, openLine, until } from './lines.js'

let gateway: TestGateway
let sender: Sender
let message: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_IDLE_TIMEOUT_MS: '5s' } })
  sender = await newSender(gateway)
  message = unsigned(getStatus(sender))
})
afterAll(() => gateway.close())

/** The length of the usual message, to be filled in once there is one. */
const LENGTH = 'Content-Length: <message>'
const start = (...lines: string[]): string => head(...lines).replace('<message>', String(message.length))
const close = 'Connection: close'
const say = async (...pieces: string[]) => wireAnswer(await talk(gateway.origin, pieces))
const ok = (answer: Awaited<ReturnType<typeof say>>) => expect(reply('HaeTilaTieto', answer).code).toBe(0)

describe('what could be read in two ways is not read at all', () => {
  test.each([
    ['two lengths', ['Content-Length: 5', LENGTH]],
    ['a length and chunks', [LENGTH, 'Transfer-Encoding: chunked']],
    ['chunks that are not the last encoding', ['Transfer-Encoding: chunked, identity']],
    ['an encoding that hides chunks', ['Transfer-Encoding: xchunked', LENGTH]],
    ['a length with a sign', ['Content-Length: +5']],
    ['a length in a list', ['Content-Length: 5, 5']],
    ['a header name with a space behind it', ['Content-Length : 5']],
    ['a header that goes on in the next line', ['X-A: a\r\n Transfer-Encoding: chunked', LENGTH]],
    ['a line end that is none', ['X-A: a\nTransfer-Encoding: chunked', LENGTH]],
    ['a NUL in a header', ['X-A: a\0b', LENGTH]],
    ['two hosts in HTTP/1.1 with no name', ['Host : b', LENGTH]],
  ])('%s', async (_kind, lines) => {
    const line = openLine(gateway, `${start(close, ...lines)}${message}`)
    const conversation = await line.ended
    expect(conversation.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect(conversation).not.toContain('Envelope')
  })

  test.each([
    ['chunks whose size is no number', 'zz\r\n'],
    ['chunks whose size is too large', 'ffffffffffffffffff\r\n'],
    ['a chunk that ends elsewhere than it says', '3\r\nabcdef\r\n0\r\n\r\n'],
  ])('%s', async (_kind, body) => {
    const line = openLine(gateway, `${start(close, 'Transfer-Encoding: chunked')}${body}`)
    expect(await line.ended).not.toMatch(/HTTP\/1\.1 200/)
  })

  test('HTTP/1.1 without a Host, and a protocol that is none', async () => {
    expect((await say(`POST ${UNSIGNED_PATH} HTTP/1.1\r\n${close}\r\n\r\n`)).status).toBe(400)
    expect((await say('\u0016\u0003\u0001 hello\r\n\r\n')).status).toBe(400)
  })
})

describe('headers', () => {
  test('up to 16 KiB of them are taken, more are refused with 431', async () => {
    ok(await say(`${start(close, LENGTH, `X-Large: ${'x'.repeat(15_000)}`)}${message}`))
    const before = await metric(gateway, 'asti_broken_requests_total{status="431"}')
    const answer = await say(start(close, LENGTH, `X-Large: ${'x'.repeat(20_000)}`))
    expect([answer.status, answer.headers['connection']]).toEqual([431, 'close'])
    expect(await metric(gateway, 'asti_broken_requests_total{status="431"}')).toBe(before + 1)
  })

  test('up to 100 of them are taken, more are refused with 431', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => `X-${n}: y`)
    ok(await say(`${start(close, LENGTH, ...many(90))}${message}`))
    expect((await say(`${start(close, LENGTH, ...many(200))}${message}`)).status).toBe(431)
  })

  test('an Expect that nobody knows is refused with 417', async () => {
    expect((await say(`${start(close, LENGTH, 'Expect: 200-maybe')}${message}`)).status).toBe(417)
  })

  test('an Upgrade is ignored', async () => {
    ok(await say(`${start('Connection: close, Upgrade', 'Upgrade: h2c', LENGTH)}${message}`))
  })
})

describe('addresses and methods', () => {
  test('a request that names the whole address, as to a proxy, is served', async () => {
    const target = `http://gateway.example${UNSIGNED_PATH}`
    const start = `POST ${target} HTTP/1.1\r\nHost: gateway.example\r\n${close}\r\nContent-Length: ${message.length}\r\n\r\n`
    ok(await say(`${start}${message}`))
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'])(
    '%s on an endpoint is answered 405 with what it takes',
    async (method) => {
      for (const path of [SIGNED_PATH, UNSIGNED_PATH, `${SIGNED_PATH}?wsdl`]) {
        const answer = await call(gateway, path, { method })
        expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, POST'])
      }
    },
  )

  test('GET on an endpoint without a question is answered 405', async () => {
    const answer = await call(gateway, SIGNED_PATH)
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST'])
  })

  test('POST to health and metrics is answered 405', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const answer = await call(gateway, path, { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } })
      expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET'])
    }
  })

  test('CONNECT gets nothing', async () => {
    expect(await openLine(gateway, 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n').ended).toBe('')
  })

  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'the body of a POST to nowhere, of type %s, is not waited for',
    async (type) => {
      const start = `POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 1000000\r\n\r\n{`
      const line = openLine(gateway, start)
      await until('it is answered', () => line.heard().includes('\r\n\r\n'), 1_500)
      expect(line.heard()).toMatch(/^HTTP\/1\.1 404/)
      line.socket.destroy()
    },
  )

  test('an address that cannot be decoded is refused, and the gateway goes on', async () => {
    expect((await call(gateway, '/%zz')).status).toBe(400)
    expect((await call(gateway, '/health/live')).status).toBe(200)
  })
})

describe('several requests at once on one connection', () => {
  const request = (): string => `${start(LENGTH)}${message}`

  test('up to eight are served, in their order', async () => {
    const line = openLine(gateway, request().repeat(8))
    await until('all are answered', () => line.heard().match(/HTTP\/1\.1 200/g)?.length === 8)
    line.socket.destroy()
  })

  test('more are refused once, with one row, and the connection is closed', async () => {
    const before = await gateway.count('submission')
    const conversation = await openLine(gateway, request().repeat(50)).ended
    const answers = conversation.match(/HTTP\/1\.1 \d+/g)!
    expect(answers.slice(-1)).toEqual(['HTTP/1.1 503'])
    expect(answers.filter((one) => one === 'HTTP/1.1 200')).toHaveLength(answers.length - 1)
    expect(answers.length).toBeGreaterThanOrEqual(9)
    const last = wireAnswer(conversation)
    expect([faultOf(last)?.code, last.headers['connection']]).toEqual(['OVERLOADED', 'close'])
    expect(await gateway.submission(last.headers['x-trace-id'] as string)).toMatchObject({
      notes: { limit: 'requests-per-connection' },
    })
    expect(await gateway.count('submission')).toBe(before + answers.length)
  })

  test('this holds for questions about the WSDL too', async () => {
    const conversation = await openLine(gateway, `GET ${SIGNED_PATH}?wsdl HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(200))
      .ended
    const answers = conversation.match(/HTTP\/1\.1 \d+/g)!
    expect(answers.length).toBeLessThan(20)
    expect(answers.slice(-1)).toEqual(['HTTP/1.1 503'])
  })
})
