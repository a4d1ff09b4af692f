import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { getStatus, newSender, reply, unsigned, UNSIGNED_PATH, type Sender } from '../../support/requests.js'
import { call, head, metric, openLine, until, untilReleased, type Line } from './lines.js'

const EACH = 50
const IDLE_MS = 9_000

let gateway: TestGateway
let sender: Sender

beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ASTI_NON_SIGNED: 'anyone',
      ASTI_IDLE_TIMEOUT_MS: String(IDLE_MS),
      ASTI_REQUEST_TIMEOUT_MS: '18s',
      ASTI_KEEP_ALIVE_TIMEOUT_MS: '1s',
      // A quarter of them is for this computer's one address.
      ASTI_MAX_CONNECTIONS: '2000',
    },
  })
  sender = await newSender(gateway)
})
afterAll(() => gateway.close())

const kinds: Record<string, (gateway: TestGateway) => Line> = {
  'headers that do not end': (to) => openLine(to, `POST ${UNSIGNED_PATH} HTTP/1.1\r\nHost: a\r\nX-`),
  'a body that does not end': (to) => openLine(to, `${head('Content-Length: 100000')}${' '.repeat(20_000)}`),
  'headers and no body': (to) => openLine(to, head('Transfer-Encoding: chunked')),
  'nothing at all': (to) => openLine(to),
  'half a request and an end': (to) => {
    const line = openLine(to, `${head('Content-Length: 100000')}<a>`)
    line.socket.end()
    return line
  },
  'questions whose answers it does not read': (to) =>
    openLine(to, `GET ${UNSIGNED_PATH}?wsdl HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(7), { deaf: true }),
}

async function honest(): Promise<number> {
  const startedAt = performance.now()
  const body = unsigned(getStatus(sender))
  const headers = { 'Content-Type': 'text/xml; charset=utf-8' }
  const answer = await call(gateway, UNSIGNED_PATH, { method: 'POST', body, headers })
  expect(reply('HaeTilaTieto', answer).code).toBe(0)
  return performance.now() - startedAt
}

test('three hundred connections that mean no good keep nobody from being served, and leave nothing behind', async () => {
  const lines = Object.values(kinds).flatMap((open) => Array.from({ length: EACH }, () => open(gateway)))
  expect(lines).toHaveLength(300)
  await until('they all hold what they can', async () => {
    return (await metric(gateway, 'asti_request_bytes_in_flight')) === EACH * 20_000
  })
  const durations: number[] = []
  for (let n = 0; n < 20; n++) durations.push(await honest())
  // Far less than any of the timeouts that end the siege.
  expect(Math.max(...durations)).toBeLessThan(IDLE_MS / 2)

  const others = lines.filter(({ socket }) => !socket.isPaused())
  await until('all that listen were cut', () => others.every((line) => line.isClosed()))
  await untilReleased(gateway)
  expect(await metric(gateway, 'asti_slow_cut_total{at="headers"}')).toBe(EACH * 2)
  expect(await metric(gateway, 'asti_slow_cut_total{at="body"}')).toBe(EACH * 2)
  expect(await honest()).toBeLessThan(IDLE_MS / 2)
  for (const { socket } of lines) socket.destroy()
})
