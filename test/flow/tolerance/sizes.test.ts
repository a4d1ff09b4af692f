import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { gzipSync } from 'node:zlib'
import { artificialIdentityCode, readByNamespace } from '../../support/clients/index.js'
import { pdfOf } from '../../support/files.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  faultOf,
  file,
  item,
  newPerson,
  newSender,
  operationIn,
  post,
  queryCustomers,
  reply,
  sendMessage,
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

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const head = (version: string, ...lines: string[]) =>
  `${[`POST ${UNSIGNED_PATH} HTTP/${version}`, ...lines].join('\r\n')}\r\n\r\n`
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

describe('R29', () => {
  const LIMIT = 256 * 1024
  let small: TestGateway
  let from: Sender
  let to: string
  beforeAll(async () => {
    const env = {
      ASTI_NON_SIGNED: 'anyone',
      ASTI_MAX_REQUEST_BYTES: String(LIMIT),
      ASTI_MAX_BYTES_IN_FLIGHT: String(LIMIT),
    }
    small = await startGateway({ env })
    from = await newSender(small)
    to = await newPerson(small)
  })
  afterAll(() => small.close())
  const attached = (sizeBytes: number) =>
    item(to, { Tiedostot: file({ TiedostoSisalto: pdfOf(sizeBytes).toString('base64') }) })

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
    const content = pdfOf(3 * 1024 * 1024, 'asiointitili')
    const startedAt = performance.now()
    const letter = item(person, { Tiedostot: file({ TiedostoSisalto: content.toString('base64') }) })
    const answer = await ask(gateway, sendMessage(sender, letter))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(answer.code).toBe(202)
    expect((await storedFiles(gateway, answer))[0]?.content?.equals(content)).toBe(true)
  })

  const tooLarge = () => [
    sendMessage(from, attached(LIMIT)),
    addItems(from, attached(LIMIT)),
    queryCustomers(from, ...Array.from({ length: 6_000 }, () => to)),
  ]

  test.each([
    ['a Content-Length', (body: Buffer) => post(small, body)],
    [
      'chunks',
      async (body: Buffer) =>
        wireAnswer(
          await talk(small.origin, [
            head('1.1', 'Host: a', 'Connection: close', 'Transfer-Encoding: chunked'),
            Buffer.concat([chunk(body), Buffer.from('0\r\n\r\n')]),
          ]),
        ),
    ],
    ['gzip', (body: Buffer) => post(small, gzipSync(body), { headers: { 'Content-Encoding': 'gzip' } })],
  ])('R29: a request over the limit, with %s, is answered 400 in the form of its operation', async (_kind, send) => {
    for (const content of tooLarge()) {
      const body = Buffer.from(unsigned(content))
      expect(body.length).toBeGreaterThan(LIMIT)
      const answer = reply(operationIn(body), await send(body))
      expect([answer.code, answer.exchangeId]).toEqual([400, 'sanoma-1'])
      expect(await small.submission(answer.traceId)).toMatchObject({
        outcome: 'refused',
        code: 'REQUEST_TOO_LARGE',
        statusCode: 400,
      })
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
    const slow = talk(
      small.origin,
      [
        head('1.1', 'Host: a', 'Connection: close', `Content-Length: ${LIMIT}`),
        Buffer.alloc(LIMIT - 100, ' '),
        Buffer.alloc(100, ' '),
      ],
      700,
    )
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const answer = await post(small, unsigned(addItems(from, attached(190_000))))
    expect([answer.status, faultOf(answer)]).toEqual([503, { faultCode: 'Server', code: 'OVERLOADED' }])
    expect(answer.headers['retry-after']).toMatch(/^\d+$/)
    await slow
    expect((await ask(small, addItems(from, attached(60_000)))).itemCodes).toEqual([202])
  })
})
