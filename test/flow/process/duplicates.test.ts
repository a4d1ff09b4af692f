import { afterEach, expect, jest, test } from '@jest/globals'
import {
  emptyDatabase,
  freePort,
  inDatabase,
  inDatabaseOf,
  newDataDir,
  preparedDataDir,
  originOf,
  startGatewayProcess,
  tidyUp,
  type GatewayProcess,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import type { Queryable } from '../../../src/store/index.js'
import { countViolations, demoSender, isDuplicate, Ledger, newLetter, noViolations } from './sending.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

/** Two at once, so that keys, migrations and seed are made under contention too. */
async function startTwo(dataDir: string, env: Record<string, string>): Promise<GatewayProcess[]> {
  const ports = [await freePort(), await freePort()]
  return Promise.all(ports.map((port) => startGatewayProcess({ dataDir, port, env })))
}

async function sendFiftyTimes(gateways: GatewayProcess[], dataDir: string, ledger: Ledger) {
  const sender = demoSender(dataDir)
  const letter = newLetter({ attachmentBytes: [3000] })
  ledger.attempt(letter)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => sender.send(gateways[n % gateways.length]!.origin, letter)),
  )
  for (const answer of answers) ledger.note(letter, answer)
  return {
    accepted: answers.filter(({ code }) => code === 202).length,
    duplicates: answers.filter(isDuplicate).length,
    others: answers.filter((answer) => answer.code !== 202 && !isDuplicate(answer)),
  }
}

async function countRows(db: Queryable) {
  const { rows } = await db.query(
    `select (select count(*) from message)::int as messages, (select count(*) from item)::int as items,
       (select count(*) from attachment)::int as attachments, (select count(*) from delivery)::int as deliveries,
       (select count(*) from submission)::int as submissions,
       (select count(*) from submission where outcome = 'accepted')::int as accepted,
       (select count(*) from service)::int as services, (select count(*) from service_certificate)::int as certificates,
       (select count(*) from account)::int as accounts`,
  )
  return rows[0]
}

const seed = { services: 1, certificates: 1, accounts: 4 }

test('fifty parallel sends of one reference through two gateways on one data folder store one message; the others are told it is a duplicate', async () => {
  const dataDir = newDataDir()
  const gateways = await startTwo(dataDir, {})
  const ledger = new Ledger()
  for (let letters = 1; letters <= 3; letters++) {
    const told = await sendFiftyTimes(gateways, dataDir, ledger)
    expect(told).toEqual({ accepted: 1, duplicates: 49, others: [] })
  }
  const [rows, violations] = await inDatabaseOf(gateways[0]!, async (db) => [
    await countRows(db),
    await countViolations(db, ledger, dataDir),
  ])
  const thrice = { messages: 3, items: 3, attachments: 3, deliveries: 3, accepted: 3, submissions: 150 }
  expect(rows).toEqual({ ...thrice, ...seed })
  expect(violations).toEqual(noViolations)
})

test('two gateways that start together on one empty DATABASE_URL share its schema and seed, and store one of fifty equal sends', async () => {
  const dataDir = newDataDir()
  const { url } = await emptyDatabase()
  const gateways = await startTwo(dataDir, { DATABASE_URL: url })
  const ledger = new Ledger()
  const told = await sendFiftyTimes(gateways, dataDir, ledger)
  expect(told).toEqual({ accepted: 1, duplicates: 49, others: [] })
  const [rows, violations] = await inDatabase(url, async (db) => [
    await countRows(db),
    await countViolations(db, ledger, dataDir),
  ])
  const once = { messages: 1, items: 1, attachments: 1, deliveries: 1, accepted: 1, submissions: 50 }
  expect(rows).toEqual({ ...once, ...seed })
  expect(violations).toEqual(noViolations)
})

test('when one of two gateways on one data folder stops, or is killed, the other goes on serving', async () => {
  const dataDir = await preparedDataDir()
  const first = await startGatewayProcess({ dataDir })
  const second = await startGatewayProcess({ dataDir })
  const sender = demoSender(dataDir)
  expect(await first.stop()).toEqual({ code: 0, signal: null })
  expect(await sender.send(second.origin, newLetter())).toMatchObject({ code: 202 })
  const third = await startGatewayProcess({ dataDir })
  await second.kill()
  const letter = newLetter()
  await expect(sendUntilAnswered(third.port, letter)).resolves.toMatchObject({ code: 202 })

  async function sendUntilAnswered(port: number, again: typeof letter) {
    for (const limit = Date.now() + 5000; Date.now() < limit;) {
      const answer = await sender.send(originOf(port), again)
      if (answer.code !== 453) return answer
    }
    throw new Error('The heir did not serve within five seconds')
  }
})
