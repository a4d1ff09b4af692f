import { afterEach, expect, jest, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { request as httpRequest, Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  answersOn,
  inDatabaseOf,
  isFree,
  isRunning,
  launchGatewayProcess,
  postgresProcessesOf,
  postmasterOf,
  preparedDataDir,
  socketFolderOf,
  startGatewayProcess,
  tidyUp,
  until,
  watchdogOf,
  type GatewayProcess,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import {
  countViolations,
  demoSender,
  Ledger,
  newLetter,
  noViolations,
  readLetterAnswer,
  type Letter,
} from './sending.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

/** A request whose second half is sent only when told. */
async function sendHalf(gateway: GatewayProcess, letter: Letter, { keepAlive } = { keepAlive: false }) {
  const built = demoSender(gateway.dataDir).build(letter)
  const half = built.body.length >> 1
  const headers = { ...built.headers, 'Content-Length': String(built.body.length) }
  const agent = new Agent({ keepAlive })
  const call = httpRequest(new URL(built.path, gateway.origin), { method: 'POST', headers, agent })
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    call.once('response', resolve).once('error', reject),
  )
  answered.catch(() => undefined)
  call.write(built.body.subarray(0, half))
  await until(async () => (await bytesInFlight(gateway)) >= half - 2048)
  const finish = async () => {
    call.end(built.body.subarray(half))
    const answer = await answered
    return readLetterAnswer(
      { status: answer.statusCode!, headers: answer.headers, body: await buffer(answer) },
      built.body,
    )
  }
  return { call, finish }
}

async function bytesInFlight({ origin }: GatewayProcess): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text()
  return Number(/^asti_request_bytes_in_flight (\d+)/m.exec(metrics)?.[1] ?? 0)
}

test.each([
  ['SIGINT', 'as Ctrl-C sends it to every process of the terminal', true],
  ['SIGTERM', 'as a supervisor sends it to the gateway alone', false],
] as const)(
  'on %s, %s, requests in hand are finished and answered, the database stops and the exit code is 0',
  async (signal, _how, toGroup) => {
    const gateway = await startGatewayProcess()
    const { dataDir, port } = gateway
    const [watchdog, socket] = [watchdogOf(dataDir), join(socketFolderOf(dataDir)!, '.s.PGSQL.5432')]
    expect(existsSync(socket)).toBe(true)
    const ledger = new Ledger()
    const letters = [newLetter({ attachmentBytes: [300_000] }), newLetter()]
    const slow: Awaited<ReturnType<typeof sendHalf>>[] = []
    for (const letter of letters) {
      ledger.attempt(letter)
      slow.push(await sendHalf(gateway, letter))
    }

    gateway.signal(signal, { toGroup })

    await until(async () => !(await answersOn(port)))
    await sleep(200)
    expect(isRunning(gateway.pid)).toBe(true)
    for (const [at, letter] of letters.entries()) {
      const answer = await slow[at]!.finish()
      expect(answer).toMatchObject({ httpStatus: 200, code: 202 })
      ledger.note(letter, answer)
    }
    expect(await gateway.ended).toEqual({ code: 0, signal: null })
    expect(gateway.stdout()).toContain('"event":"gateway.stopped"')
    expect(postgresProcessesOf(dataDir)).toEqual([])
    expect(existsSync(socket)).toBe(false)
    expect(await isFree(port)).toBe(true)
    await until(() => !isRunning(watchdog))
    const next = await startGatewayProcess({ dataDir, port })
    expect(await inDatabaseOf(next, (db) => countViolations(db, ledger, dataDir))).toEqual(noViolations)
  },
)

test('the stop does not wait for callers who keep their connection open after the answer', async () => {
  const gateway = await startGatewayProcess({ env: { ASTI_SHUTDOWN_TIMEOUT_MS: '5000' } })
  const { finish } = await sendHalf(gateway, newLetter(), { keepAlive: true })
  gateway.signal('SIGTERM')
  await until(async () => !(await answersOn(gateway.port)))
  expect(await finish()).toMatchObject({ httpStatus: 200, code: 202 })
  expect(await gateway.ended).toEqual({ code: 0, signal: null })
})

test('a gateway that stops says it is not ready to whoever still asks on an open connection', async () => {
  const gateway = await startGatewayProcess()
  const asking = await askSlowly(gateway, '/health/ready')
  const { call } = await sendHalf(gateway, newLetter())
  gateway.signal('SIGTERM')
  await until(async () => !(await answersOn(gateway.port)))
  asking.end('\r\n')
  expect(await text(asking)).toMatch(/^HTTP\/1.1 503 /)
  call.destroy()
  expect(await gateway.ended).toEqual({ code: 0, signal: null })
})

/** A request whose head lacks its last line. */
async function askSlowly({ port }: GatewayProcess, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await new Promise((resolve) => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n`, resolve))
  return socket
}

test('a caller who never finishes holds the stop up for no longer than configured, and the database still stops', async () => {
  const gateway = await startGatewayProcess({ env: { ASTI_SHUTDOWN_TIMEOUT_MS: '400' } })
  const { call } = await sendHalf(gateway, newLetter())
  const stalled: ClientRequest = call.on('error', () => undefined)
  await gateway.stop()
  await until(() => postgresProcessesOf(gateway.dataDir).length === 0)
  stalled.destroy()
  const next = await startGatewayProcess({ dataDir: gateway.dataDir })
  expect(await demoSender(next.dataDir).send(next.origin, newLetter())).toMatchObject({ code: 202 })
})

test('Ctrl-C while the first start makes the database leaves no process behind, and the next start works', async () => {
  const gateway = await launchGatewayProcess()
  const { dataDir } = gateway
  await until(() => existsSync(join(dataDir, 'postgres')))
  gateway.signal('SIGINT', { toGroup: true })
  await gateway.ended
  await until(() => postgresProcessesOf(dataDir).length === 0, 5000)
  const next = await startGatewayProcess({ dataDir })
  expect(await demoSender(dataDir).send(next.origin, newLetter())).toMatchObject({ code: 202 })
})

test('Ctrl-C while PostgreSQL comes up leaves no process behind, five times over, and the next start works', async () => {
  const dataDir = await preparedDataDir()
  for (let times = 1; times <= 5; times++) {
    const gateway = await launchGatewayProcess({ dataDir })
    await until(() => postmasterOf(dataDir) !== undefined)
    gateway.signal('SIGINT', { toGroup: true })
    await gateway.ended
    await until(() => postgresProcessesOf(dataDir).length === 0, 5000)
  }
  const next = await startGatewayProcess({ dataDir })
  expect(await demoSender(dataDir).send(next.origin, newLetter())).toMatchObject({ code: 202 })
})
