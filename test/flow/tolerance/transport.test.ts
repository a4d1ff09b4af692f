import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { request as httpRequest } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  faultOf,
  getStatus,
  INTERNAL_PATH,
  item,
  newPerson,
  newSender,
  reply,
  stored,
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
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
  message = Buffer.from(unsigned(addItems(sender, item(person, { Nimeke: 'Päätös 😀' }))))
})
afterAll(() => gateway.close())

const head = (version: string, ...lines: string[]) =>
  `${[`POST ${UNSIGNED_PATH} HTTP/${version}`, ...lines].join('\r\n')}\r\n\r\n`
const length = (body: Buffer) => `Content-Length: ${body.length}`
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

/** Holds the answer against R1 to R9 and the database against the answer. */
async function expectStored(conversation: string) {
  const answer = reply('LisaaKohteita', wireAnswer(conversation))
  expect(answer.itemCodes).toEqual([200])
  expect(await stored(gateway, answer)).toMatchObject([{ content: { title: 'Päätös 😀' } }])
}

describe('R12', () => {
  test('R12: HTTP/1.1 with a Content-Length and without a Content-Type', async () => {
    await expectStored(
      await talk(gateway.origin, [head('1.1', 'Host: a', 'Connection: close', length(message)), message]),
    )
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
    expect(conversation.match(/<asi:(\w+)Response /g)).toEqual([
      '<asi:HaeTilaTietoResponse ',
      '<asi:LisaaKohteitaResponse ',
    ])
    await expectStored(conversation)
  })

  test.each([1, 7, 100_000])('R12: a chunked body in chunks of %i bytes', async (size) => {
    const pieces: Buffer[] = []
    for (let at = 0; at < message.length; at += size) pieces.push(chunk(message.subarray(at, at + size)))
    const start = head('1.1', 'Host: a', 'Connection: close', 'Transfer-Encoding: chunked', 'Content-Type: text/xml')
    await expectStored(await talk(gateway.origin, [start, Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])]))
  })

  test('R12: a body that arrives in many small packets', async () => {
    const pieces = Array.from({ length: 30 }, (_, n) =>
      message.subarray(...([n, n + 1].map((k) => Math.floor((k * message.length) / 30)) as [number, number])),
    )
    await expectStored(
      await talk(gateway.origin, [head('1.1', 'Host: a', 'Connection: close', length(message)), ...pieces]),
    )
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
