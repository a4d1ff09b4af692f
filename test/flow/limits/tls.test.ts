import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { sharedIdentity } from '../../support/keys.js'
import { faultOf, UNSIGNED_PATH, wireAnswer } from '../../support/requests.js'
import { head, until } from './lines.js'

let folder: string
let gateway: TestGateway

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asti-limits-tls-'))
  const { privateKeyPem, certificatePem } = await sharedIdentity('tls-limits')
  writeFileSync(join(folder, 'tls.key'), privateKeyPem)
  writeFileSync(join(folder, 'tls.crt'), certificatePem)
  gateway = await startGateway({
    env: {
      ASTI_TLS_KEY_FILE: join(folder, 'tls.key'),
      ASTI_TLS_CERTIFICATE_FILE: join(folder, 'tls.crt'),
      ASTI_NON_SIGNED: 'anyone',
      ASTI_IDLE_TIMEOUT_MS: '500ms',
      ASTI_MAX_CONNECTIONS: '40',
    },
  })
})
afterAll(async () => {
  await gateway.close()
  rmSync(folder, { recursive: true })
})

const port = (): number => Number(new URL(gateway.origin).port)
const connections = (): Promise<number> =>
  new Promise((resolve) => gateway.app.http.server.getConnections((_error, count) => resolve(count)))

function heardOn(socket: Socket): Promise<string> {
  const pieces: Buffer[] = []
  socket.on('error', () => undefined)
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  return new Promise((resolve) => socket.on('close', () => resolve(Buffer.concat(pieces).toString())))
}

function say(text: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: port(), rejectUnauthorized: false })
  socket.on('secureConnect', () => socket.write(text))
  return heardOn(socket)
}

test('over TLS, too, a body that stops coming is refused and the connection closed', async () => {
  const answer = wireAnswer(await say(`${head('Content-Length: 1000')}<a>`))
  expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'Client', code: 'REQUEST_TIMEOUT' }])
})

test('over TLS, too, headers that do not end are cut with 408, and large ones refused with 431', async () => {
  expect(await say(`POST ${UNSIGNED_PATH} HTTP/1.1\r\nHost: a\r\nX-`)).toMatch(/^HTTP\/1\.1 408 /)
  expect(await say(head(`X-Large: ${'x'.repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 431 /)
})

test('a connection on which TLS is never begun is closed, and counts like any other until then', async () => {
  const silent = Array.from({ length: 12 }, () => connectTcp(port(), '127.0.0.1'))
  // A quarter of forty are let in, the others are closed at once.
  await Promise.all(silent.map(heardOn))
  await until('nothing is left of them', async () => (await connections()) === 0)
  expect(await say('GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
})
