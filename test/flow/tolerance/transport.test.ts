import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { request as httpRequest } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import { artificialIdentityCode, readByNamespace } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  faultOf,
  file,
  getStatus,
  INTERNAL_PATH,
  item,
  newPerson,
  newSender,
  operationIn,
  post,
  queryCustomers,
  reply,
  sendMessage,
  stored,
  storedFiles,
  talk,
  unsigned,
  UNSIGNED_PATH,
  wireAnswer,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string
let message: Buffer

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'on' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
  message = Buffer.from(unsigned(addItems(sender, item(person, { Nimeke: 'Päätös 😀' }))))
})
afterAll(() => gateway.close())

const head = (version: string, ...lines: string[]) =>
  `${[`POST ${UNSIGNED_PATH} HTTP/${version}`, ...lines].join('\r\n')}\r\n\r\n`
const length = (body: Buffer) => `Content-Length: ${body.length}`
const chunk = (bytes: Buffer) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

/** Holds the answer against R1 to R9 and the database against the answer. */
async function expectStored(conversation: string) {
  const answer = reply('LisaaKohteita', wireAnswer(conversation))
  expect(answer.itemCodes).toEqual([200])
  expect(await stored(gateway, answer)).toMatchObject([{ content: { title: 'Päätös 😀' } }])
}

describe('R12', () => {
  test('R12: HTTP/1.1 with a Content-Length and without a Content-Type', async () => {
    await expectStored(await talk(gateway.origin, [head('1.1', 'Host: a', 'Connection: close', length(message)), message]))
  })

  test('R12: HTTP/1.0 without a Host', async () => {
    await expectStored(await talk(gateway.origin, [head('1.0', length(message)), message]))
  })

  test('R12: HTTP/1.0 with keep-alive takes a second request on the same connection', async () => {
    const first = [head('1.0', 'Connection: keep-alive', length(message)), message]
    const conversation = await talk(gateway.origin, [...first, head('1.0', length(message)), message], 60)
    expect(conversation.match(/HTTP\/1\.[01] 200/g)).toHaveLength(2)
    await expectStored(conversation)
  })

  test('R12: two requests at once on one HTTP/1.1 connection are answered in their order', async () => {
    const status = Buffer.from(unsigned(getStatus(sender)))
    const first = Buffer.concat([Buffer.from(head('1.1', 'Host: a', length(status))), status])
    const second = Buffer.concat([Buffer.from(head('1.1', 'Host: a', 'Connection: close', length(message))), message])
    const conversation = await talk(gateway.origin, [Buffer.concat([first, second])])
    expect(conversation.match(/<asi:(\w+)Response /g)).toEqual(['<asi:HaeTilaTietoResponse ', '<asi:LisaaKohteitaResponse '])
    await expectStored(conversation)
  })

  test.each([1, 7, 100_000])('R12: a chunked body in chunks of %i bytes', async (size) => {
    const pieces: Buffer[] = []
    for (let at = 0; at < message.length; at += size) pieces.push(chunk(message.subarray(at, at + size)))
    const start = head('1.1', 'Host: a', 'Connection: close', 'Transfer-Encoding: chunked', 'Content-Type: text/xml')
    await expectStored(await talk(gateway.origin, [start, Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])]))
  })

  test('R12: a body that arrives in many small packets', async () => {
    const pieces = Array.from({ length: 30 }, (_, n) => message.subarray(...([n, n + 1].map((k) => Math.floor((k * message.length) / 30)) as [number, number])))
    await expectStored(await talk(gateway.origin, [head('1.1', 'Host: a', 'Connection: close', length(message)), ...pieces]))
  })

  test('R12: Expect: 100-continue is continued before the body is sent', async () => {
    const heard = await new Promise<string[]>((resolve, reject) => {
      const events: string[] = []
      const headers = { Expect: '100-continue', 'Content-Length': message.length }
      const call = httpRequest(new URL(UNSIGNED_PATH, gateway.origin), { method: 'POST', headers })
      call.on('error', reject)
      call.on('continue', () => (events.push('continue'), call.end(message)))
      call.on('response', (answer) => {
        events.push(String(answer.statusCode))
        answer.resume().on('end', () => resolve(events))
      })
      call.flushHeaders()
    })
    expect(heard).toEqual(['continue', '200'])
  })

  test('R12: Expect: 100-continue is no obstacle for a client that does not wait', async () => {
    const start = head('1.1', 'Host: a', 'Connection: close', 'Expect: 100-continue', length(message))
    await expectStored(await talk(gateway.origin, [start, message]))
  })

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['identity', (bytes: Buffer) => bytes],
  ])('R12: a body with Content-Encoding %s', async (encoding, encode) => {
    const body = encode(message)
    const start = head('1.1', 'Host: a', 'Connection: close', `Content-Encoding: ${encoding}`, length(body))
    await expectStored(await talk(gateway.origin, [start, body]))
  })

  test.each([
    ['an encoding nobody knows', 'br', (bytes: Buffer) => bytes, 'CONTENT_ENCODING'],
    ['damaged gzip', 'gzip', (bytes: Buffer) => gzipSync(bytes).fill(0, 20, 60), 'CONTENT_ENCODING'],
    ['gzip cut short', 'gzip', (bytes: Buffer) => gzipSync(bytes).subarray(0, 80), 'CONTENT_ENCODING'],
    ['nothing at all', 'identity', () => Buffer.alloc(0), 'REQUEST_EMPTY'],
  ])('R12: %s is answered with a Fault', async (_kind, encoding, encode, code) => {
    const body = encode(message)
    const start = head('1.1', 'Host: a', 'Connection: close', `Content-Encoding: ${encoding}`, length(body))
    const answer = wireAnswer(await talk(gateway.origin, [start, body]))
    expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'Client', code }])
  })

  test('R12: the endpoint also answers under its internal name', async () => {
    expect((await ask(gateway, getStatus(sender), { path: INTERNAL_PATH })).code).toBe(0)
  })
})

describe('R29', () => {
  const LIMIT = 256 * 1024
  let small: TestGateway
  let from: Sender
  let to: string
  beforeAll(async () => {
    const env = { ASTI_NON_SIGNED: 'on', ASTI_MAX_REQUEST_BYTES: String(LIMIT), ASTI_MAX_BYTES_IN_FLIGHT: String(LIMIT) }
    small = await startGateway({ env })
    from = await newSender(small)
    to = await newPerson(small)
  })
  afterAll(() => small.close())
  const attached = (sizeBytes: number) => item(to, { Tiedostot: file({ TiedostoSisalto: Buffer.alloc(sizeBytes).toString('base64') }) })

  test('R29: a question about 10,000 customers is answered within 10 s', async () => {
    const ids = [person, ...Array.from({ length: 9_999 }, (_, n) => artificialIdentityCode(n))]
    const startedAt = performance.now()
    const { body } = await post(gateway, unsigned(queryCustomers(sender, ...ids)))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    const found = readByNamespace('HaeAsiakkaita', body).items!
    expect(found.map(({ recipientId }) => recipientId)).toEqual(ids)
    expect([found[0]!.state, found[9_999]!.state]).toEqual([300, 310])
  })

  test('R29: a letter of 4 MB is stored whole within 10 s', async () => {
    const content = Buffer.alloc(3 * 1024 * 1024, 'asiointitili')
    const startedAt = performance.now()
    const letter = item(person, { Tiedostot: file({ TiedostoSisalto: content.toString('base64') }) })
    const answer = await ask(gateway, sendMessage(sender, letter))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(answer.code).toBe(202)
    expect((await storedFiles(gateway, answer))[0]?.content?.equals(content)).toBe(true)
  })

  const tooLarge = () => [sendMessage(from, attached(LIMIT)), addItems(from, attached(LIMIT)), queryCustomers(from, ...Array.from({ length: 6_000 }, () => to))]

  test.each([
    ['a Content-Length', (body: Buffer) => post(small, body)],
    ['chunks', async (body: Buffer) => wireAnswer(await talk(small.origin, [head('1.1', 'Host: a', 'Connection: close', 'Transfer-Encoding: chunked'), Buffer.concat([chunk(body), Buffer.from('0\r\n\r\n')])]))],
    ['gzip', (body: Buffer) => post(small, gzipSync(body), { headers: { 'Content-Encoding': 'gzip' } })],
  ])('R29: a request over the limit, with %s, is answered 400 in the form of its operation', async (_kind, send) => {
    for (const content of tooLarge()) {
      const body = Buffer.from(unsigned(content))
      expect(body.length).toBeGreaterThan(LIMIT)
      const answer = reply(operationIn(body), await send(body))
      expect([answer.code, answer.exchangeId]).toEqual([400, 'sanoma-1'])
      expect(await small.submission(answer.traceId)).toMatchObject({ outcome: 'refused', code: 'REQUEST_TOO_LARGE', statusCode: 400 })
    }
    expect(await small.count('message')).toBe(0)
  })

  test('R29: a request many times over the limit is answered 400, too, and not with a broken connection', async () => {
    const answer = reply('LisaaKohteita', await post(small, unsigned(addItems(from, attached(LIMIT * 6)))))
    expect([answer.code, answer.exchangeId]).toEqual([400, 'sanoma-1'])
  })

  test('R29: a request just under the limit is served', async () => {
    const bytes = Math.floor(((LIMIT - 2_000) / 4) * 3)
    expect((await ask(small, addItems(from, attached(bytes)))).itemCodes).toEqual([202])
  })

  test('R29: when too many bytes are in hand, the caller is told to come again and the next one is served', async () => {
    const slow = talk(small.origin, [head('1.1', 'Host: a', 'Connection: close', `Content-Length: ${LIMIT}`), Buffer.alloc(LIMIT - 100, ' '), Buffer.alloc(100, ' ')], 700)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const answer = await post(small, unsigned(addItems(from, attached(190_000))))
    expect([answer.status, faultOf(answer)]).toEqual([503, { faultCode: 'Server', code: 'OVERLOADED' }])
    expect(answer.headers['retry-after']).toMatch(/^\d+$/)
    await slow
    expect((await ask(small, addItems(from, attached(60_000)))).itemCodes).toEqual([202])
  })
})

test('R32: unknown HTTP headers, an x-api-key among them, change nothing', async () => {
  const headers = {
    'x-api-key': 'salainen',
    'X-Forwarded-For': 'ei osoite',
    Authorization: 'Basic xyz',
    Cookie: 'a=b; c',
    operation: 'LahetaViesti',
    breadcrumbId: 'ID-1-2',
    'Accept-Encoding': 'none',
    'Accept-Charset': 'utf-8',
    Accept: 'text/html, image/gif; q=.2, */*; q=.2',
    'MIME-Version': '1.0',
    'X-Pitka': 'x'.repeat(4_000),
  }
  const answer = await ask(gateway, addItems(sender, item(person)), { headers })
  expect(answer.itemCodes).toEqual([200])
  expect(gateway.logged()).not.toContain('salainen')
})
