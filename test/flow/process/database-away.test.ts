import { afterEach, expect, jest, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { testPersons } from '../../../src/sandbox/index.js'
import {
  emptyDatabase,
  inDatabase,
  inDatabaseOf,
  isRunning,
  newDataDir,
  postmasterOf,
  startGatewayProcess,
  tidyUp,
  until,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import { startDatabaseProxy } from './database-proxy.js'
import { countViolations, demoSender, isDuplicate, Ledger, newLetter, noViolations, startSenders } from './sending.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

async function startBehindProxy(env: Record<string, string> = {}) {
  const proxy = await startDatabaseProxy()
  const database = await emptyDatabase()
  const dataDir = newDataDir()
  const url = `postgresql://postgres@127.0.0.1:${proxy.port}/${database.name}`
  const gateway = await startGatewayProcess({ dataDir, env: { DATABASE_URL: url, ASTI_ROLE: 'gateway', ...env } })
  return { proxy, gateway, url: database.url, sender: demoSender(dataDir) }
}

const statusOf = async (origin: string, path: string): Promise<number> => (await fetch(`${origin}${path}`)).status

test('when PostgreSQL is killed the gateway lives on, says 453 or waits, and serves again within five seconds', async () => {
  const gateway = await startGatewayProcess()
  const { origin, dataDir } = gateway
  const ledger = new Ledger()
  const count = 4
  const senders = startSenders({ count, sender: demoSender(dataDir), ledger, origin })
  const recoveryMs: number[] = []
  for (let kills = 1; kills <= 3; kills++) {
    await sleep(300)
    const before = ledger.acked.size
    const killedAt = Date.now()
    process.kill(postmasterOf(dataDir)!, 'SIGKILL')
    await untilServedAgain(before)
    recoveryMs.push(Date.now() - killedAt)
  }
  await senders.finish()

  for (const duration of recoveryMs) expect(duration).toBeLessThan(5000)
  expect(isRunning(gateway.pid)).toBe(true)
  expect(ledger.others.filter(({ httpStatus, code }) => httpStatus !== 200 || code !== 453)).toEqual([])
  expect(await inDatabaseOf(gateway, (db) => countViolations(db, ledger, dataDir))).toEqual(noViolations)
  expect(ledger.acked.size + ledger.recovered.size).toBe(ledger.attempted.size)
  expect(await statusOf(origin, '/health/ready')).toBe(200)
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })

  /** Some answers may still have been on their way at the moment of the kill: more than there are senders are new. */
  async function untilServedAgain(before: number): Promise<void> {
    for (const limit = Date.now() + 20_000; ledger.acked.size <= before + count; await sleep(10)) {
      if (Date.now() > limit) throw new Error('The gateway did not serve again within twenty seconds')
    }
  }
})

test('while the database is away the gateway is live but not ready, answers 453 with HTTP 200, and stores what comes after', async () => {
  const { proxy, gateway, url, sender } = await startBehindProxy()
  const { origin } = gateway
  const ledger = new Ledger()
  const letter = newLetter()
  ledger.attempt(letter)
  expect(await statusOf(origin, '/health/ready')).toBe(200)

  proxy.cut()
  expect(await statusOf(origin, '/health/ready')).toBe(503)
  expect(await statusOf(origin, '/health/live')).toBe(200)
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(await sender.send(origin, letter)).toMatchObject({ httpStatus: 200, code: 453 })
  }

  proxy.heal()
  expect(await statusOf(origin, '/health/ready')).toBe(200)
  const answer = await sender.send(origin, letter)
  expect(answer).toMatchObject({ httpStatus: 200, code: 202 })
  ledger.note(letter, answer)
  expect(await inDatabase(url, (db) => countViolations(db, ledger, gateway.dataDir))).toEqual(noViolations)
})

test('connections that are reset again and again under eight senders lose nothing and double nothing', async () => {
  const { proxy, gateway, url, sender } = await startBehindProxy()
  const ledger = new Ledger()
  const senders = startSenders({ count: 8, sender, ledger, origin: gateway.origin })
  for (let cuts = 1; cuts <= 12; cuts++) {
    await sleep(100 + cuts * 7)
    proxy.cut()
    proxy.heal()
  }
  await senders.finish()
  expect(ledger.others.filter(({ httpStatus, code }) => httpStatus !== 200 || code !== 453)).toEqual([])
  expect(await inDatabase(url, (db) => countViolations(db, ledger, gateway.dataDir))).toEqual(noViolations)
  expect(ledger.acked.size + ledger.recovered.size).toBe(ledger.attempted.size)
})

test('a letter whose commit went through is not answered as a failure when only the word of it was lost on the way', async () => {
  const { proxy, gateway, url, sender } = await startBehindProxy()
  const ledger = new Ledger()
  const letter = newLetter()
  ledger.attempt(letter)

  proxy.loseCommitAnswers({ count: 1, by: 'reset' })
  const answer = await sender.send(gateway.origin, letter)

  ledger.note(letter, answer)
  expect(await inDatabase(url, (db) => countViolations(db, ledger, gateway.dataDir))).toEqual(noViolations)
  expect(isDuplicate(await sender.send(gateway.origin, letter))).toBe(true)
  expect(answer).toMatchObject({ httpStatus: 200, code: 202 })
})

test('a letter whose commit lost its word is answered as taken also when the gateway has no other connection', async () => {
  const { proxy, gateway, sender } = await startBehindProxy({ ASTI_DATABASE_POOL_SIZE: '1' })
  const letter = newLetter()

  proxy.loseCommitAnswers({ count: 1, by: 'reset' })
  const startedAt = Date.now()
  expect(await sender.send(gateway.origin, letter)).toMatchObject({ httpStatus: 200, code: 202 })
  expect(Date.now() - startedAt).toBeLessThan(5000)
})

test('when the way to the database falls silent the answer is 453 soon after the time limit of a statement', async () => {
  const statementTimeoutMs = 1000
  const { proxy, gateway, sender } = await startBehindProxy({ ASTI_STATEMENT_TIMEOUT_MS: String(statementTimeoutMs) })
  // Leaves a connection in the pool: one that has to be made first has a time limit of its own.
  expect(await sender.send(gateway.origin, newLetter())).toMatchObject({ httpStatus: 200, code: 202 })
  const letter = newLetter()

  proxy.goSilent()
  const startedAt = Date.now()
  expect(await sender.send(gateway.origin, letter)).toMatchObject({ httpStatus: 200, code: 453 })
  expect(Date.now() - startedAt).toBeLessThan(statementTimeoutMs + 3000)
  await until(() => gateway.stdout().includes('"event":"request.not-recorded"'))

  proxy.heal()
  expect(await sender.send(gateway.origin, letter)).toMatchObject({ httpStatus: 200, code: 202 })
})

test('a commit that happens after its letter was answered with 453 is told to the operator, and the letter is taken once', async () => {
  const { proxy, gateway, url, sender } = await startBehindProxy()
  const ledger = new Ledger()
  const letter = newLetter()
  ledger.attempt(letter)

  const held = proxy.holdNextCommit()
  expect(await sender.send(gateway.origin, letter)).toMatchObject({ httpStatus: 200, code: 453 })
  held.letGo()
  await until(() => gateway.stdout().includes('"event":"request.committed-after-all"'))

  ledger.note(letter, await sender.send(gateway.origin, letter))
  expect(ledger.recovered.size).toBe(1)
  expect(await inDatabase(url, (db) => countViolations(db, ledger, gateway.dataDir))).toEqual(noViolations)
})

test('metrics count requests by code, and neither they nor the log hold an identity code, a reference or a title', async () => {
  const gateway = await startGatewayProcess({ env: { LOG_LEVEL: 'trace' } })
  const sender = demoSender(gateway.dataDir)
  const letter = newLetter()
  await sender.send(gateway.origin, letter)
  await sender.send(gateway.origin, letter)
  const stranger = newLetter()
  stranger.request.recipientId = testPersons[2]!.id
  expect(await sender.send(gateway.origin, stranger)).toMatchObject({ code: 461 })

  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text()
  const counters = metrics.split('\n').filter((line) => line.startsWith('asti_requests_total{'))
  expect(counters.sort()).toEqual([
    'asti_requests_total{operation="sendMessage",outcome="accepted",code="202"} 1',
    'asti_requests_total{operation="sendMessage",outcome="refused",code="461"} 1',
    'asti_requests_total{operation="sendMessage",outcome="refused",code="525"} 1',
  ])
  expect(await statusOf(gateway.origin, '/health/live')).toBe(200)
  await gateway.stop()
  const written = metrics + gateway.stdout() + gateway.stderr()
  for (const secret of [
    ...[testPersons[0]!.id, testPersons[2]!.id, letter.reference, letter.request.title],
    ...[letter.request.address.name, letter.request.address.street, 'liite-1.pdf'],
  ]) {
    expect(written).not.toContain(secret)
  }
  expect(gateway.stdout()).toContain('"event":"request.answered"')
})
