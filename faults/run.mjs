import { setTimeout as sleep } from 'node:timers/promises'
import { startClients, createLedger } from './clients.mjs'
import { countOpen, countViolations } from './count.mjs'
import { startReaders } from './readers.mjs'

const ANSWERS_LIMIT_MS = 60_000
const DRAIN_LIMIT_MS = 60_000

let runs = 0

/**
 * One fault under load, from the first letter to the last count: clients send, faults are injected, all is healed,
 * clients finish, the queue drains, and what became of every letter is counted.
 * @param scenario  { name, rounds, inject(world, { random, round, note, count }), clients, drainMs }
 * @returns the row of the table
 */
export async function runUnderLoad(world, scenario, { random, onRound }) {
  const startedAt = Date.now()
  const { inject, rounds, clients = 8, drainMs = DRAIN_LIMIT_MS } = scenario
  const ledger = createLedger(`${scenario.name}-${++runs}`)
  const [notes, counts] = [[], {}]
  const count = (what, times = 1) => void (counts[what] = (counts[what] ?? 0) + times)
  const { identity, services, pickUrl, faults } = world
  const senders = startClients({ count: clients, ledger, identity, services, random, pickUrl, faults })
  const readers = await startReaders(world, random, ledger.tag)
  try {
    for (let round = 1; round <= rounds; round++) {
      onRound(round, rounds)
      await sleep(150 + random.below(450))
      await inject(world, { random, round, note: (ms) => notes.push(ms), count })
    }
    await sleep(200)
    await world.heal()
  } catch (error) {
    await Promise.all([senders.finish(0), readers.finish()])
    throw error
  }
  const finished = await senders.finish(ANSWERS_LIMIT_MS)
  const healedAt = Date.now()
  await readers.finish()
  const drained = await untilNone(() => countOpen(world.db), drainMs)
  const drainedMs = Date.now() - healedAt
  const counted = await countViolations(world, ledger, { finished, drained })
  return {
    ...counted,
    rounds,
    notes,
    counts,
    drainedMs,
    seconds: (Date.now() - startedAt) / 1000,
  }
}

/** @returns whether it came to none in time */
async function untilNone(count, limitMs) {
  for (const end = Date.now() + limitMs; ; await sleep(50)) {
    const left = await count().catch(() => -1) // the database may be starting
    if (left === 0) return true
    if (Date.now() > end) return false
  }
}
