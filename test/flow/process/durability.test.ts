import { afterEach, expect, jest, test } from '@jest/globals'
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  freePort,
  inDatabaseOf,
  killEverything,
  preparedDataDir,
  startGatewayProcess,
  tidyUp,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import { countViolations, demoSender, Ledger, newLetter, noViolations, startSenders } from './sending.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

test('a letter answered 202 is in the database, attachments and all, when the gateway is killed right after the answer, ten times over', async () => {
  const dataDir = await preparedDataDir()
  const port = await freePort()
  const ledger = new Ledger()
  for (let round = 1; round <= 10; round++) {
    const gateway = await startGatewayProcess({ dataDir, port })
    const letter = newLetter({ attachmentBytes: [600_000, round] })
    ledger.attempt(letter)
    // Every other time the database and its watchdog are killed in the same instant.
    const kill = round % 2 === 0 ? gateway.kill : () => killEverything(gateway)
    const answer = await demoSender(dataDir).send(gateway.origin, letter)
    await kill()
    expect(answer).toMatchObject({ httpStatus: 200, code: 202 })
    ledger.note(letter, answer)
  }
  const last = await startGatewayProcess({ dataDir, port })
  const violations = await inDatabaseOf(last, (db) => countViolations(db, ledger, dataDir))
  expect({ acked: ledger.acked.size, ...violations }).toEqual({ acked: 10, ...noViolations })
})

test('when the gateway is killed at any moment under eight senders, what was answered 202 is stored once and whole', async () => {
  const dataDir = await preparedDataDir()
  const port = await freePort()
  const ledger = new Ledger()
  const plan = Array.from({ length: 4 }, () => randomInt(50, 700))
  let gateway = await startGatewayProcess({ dataDir, port })
  const senders = startSenders({ count: 8, sender: demoSender(dataDir), ledger, origin: gateway.origin })
  for (const [round, pauseMs] of plan.entries()) {
    await sleep(pauseMs)
    await (round % 2 === 0 ? gateway.kill() : killEverything(gateway))
    gateway = await startGatewayProcess({ dataDir, port })
  }
  await sleep(100)
  await senders.finish()
  const violations = await inDatabaseOf(gateway, (db) => countViolations(db, ledger, dataDir))
  expect({ plan, ...violations }).toEqual({ plan, ...noViolations })
  expect(ledger.acked.size + ledger.recovered.size).toBe(ledger.attempted.size)
  expect(ledger.acked.size).toBeGreaterThan(plan.length)
})
