import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { StoreUnavailable, type Database } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { eventually, newService, queue, rowOf, scripted, startWorker, type TestWorker } from '../support/queue.js'

let gateway: TestGateway
let db: Database
let workers: TestWorker[] = []
beforeAll(async () => {
  gateway = await startGateway()
  db = gateway.db
})
afterAll(() => gateway.close())
beforeEach(() => db.query('truncate delivery, attempt, pause, breaker'))
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  workers = []
})

const start: typeof startWorker = (...args) => {
  const worker = startWorker(...args)
  workers.push(worker)
  return worker
}
const ends = (id: string): Promise<void> =>
  eventually(async () => ['delivered', 'dead', 'cancelled'].includes((await rowOf(db, id)).state))

test('a delivery is attempted once and ends', async () => {
  const channel = scripted(() => ({ kind: 'delivered' }))
  start(db, [channel])
  const id = await queue(db, await newService(db))
  await ends(id)
  expect(channel.asked.map((job) => job.id)).toEqual([id])
  expect(await rowOf(db, id)).toMatchObject({ state: 'delivered', outcomes: ['delivered'], owner: null })
})

test('what did not answer is tried again after a pause, and given up after the last one', async () => {
  const channel = scripted(() => ({ kind: 'unreachable', code: 'NO_ANSWER' }))
  start(db, [channel])
  const id = await queue(db, await newService(db))
  await ends(id)
  expect(await rowOf(db, id)).toMatchObject({
    ...{ state: 'dead', attempts: 3, reason: 'NO_ANSWER' },
    outcomes: ['unreachable', 'unreachable', 'unreachable'],
  })
})

test('a target that answers, and only puts this delivery off, is no target that does not answer', async () => {
  const channel = scripted(() => ({ kind: 'unreachable', code: 'SMTP_DEFERRED', answered: true }))
  start(db, [channel])
  const service = await newService(db)
  const queued = await Promise.all(Array.from({ length: 6 }, () => queue(db, service)))
  for (const id of queued) await ends(id)
  expect((await db.query('select from breaker')).rowCount).toBe(0)
})

test('what is refused is given up at once', async () => {
  const channel = scripted(() => ({ kind: 'refused', code: 'NOT_LIKE_THIS' }))
  start(db, [channel])
  const id = await queue(db, await newService(db))
  await ends(id)
  expect(await rowOf(db, id)).toMatchObject({ state: 'dead', attempts: 1, reason: 'NOT_LIKE_THIS' })
})

test('waiting for something of ours counts no attempt, however often', async () => {
  let times = 0
  const channel = scripted(() =>
    ++times < 6 ? { kind: 'waiting', code: 'SCANNER_AWAY', retryAfterMs: 20 } : { kind: 'delivered' },
  )
  start(db, [channel])
  const id = await queue(db, await newService(db))
  await ends(id)
  expect(await rowOf(db, id)).toMatchObject({ state: 'delivered', attempts: 1 })
})

test('an attempt that never ends is broken off, and its place is free again', async () => {
  const channel = scripted((job) => (job.attempt === 1 ? new Promise(() => undefined) : { kind: 'delivered' }), {
    timeoutMs: 150,
    concurrency: 1,
  })
  start(db, [channel])
  const id = await queue(db, await newService(db))
  await ends(id)
  expect(await rowOf(db, id)).toMatchObject({ outcomes: ['unreachable', 'delivered'], codes: ['TIMED_OUT', null] })
})

test('a channel that throws is a fault of ours: logged, and tried again', async () => {
  const channel = scripted((job) => {
    if (job.attempt === 1) throw new Error('broken')
    return { kind: 'delivered' }
  })
  start(db, [channel])
  const id = await queue(db, await newService(db))
  await ends(id)
  expect(await rowOf(db, id)).toMatchObject({ codes: ['INTERNAL', null] })
})

test('a consequence that cannot be written leaves the delivery undone, and it is tried again', async () => {
  const channel = scripted((job) => ({
    kind: 'delivered',
    write: async (tx) => {
      await tx.query(`insert into breaker (line, failures) values ($1, 1)`, [`vaikutus-${job.attempt}`])
      if (job.attempt === 1) await tx.query('select 1 / 0')
    },
  }))
  start(db, [channel], { leaseMs: 1_000 })
  const id = await queue(db, await newService(db))
  await ends(id)
  const { rows } = await db.query(`select line from breaker where line like 'vaikutus%'`)
  expect(rows).toEqual([{ line: 'vaikutus-2' }])
})

test('a database that is away for a moment uses up no attempt, and no channel rests because of it', async () => {
  let times = 0
  const channel = scripted(() => {
    if (++times <= 20) throw new StoreUnavailable('STORE_UNAVAILABLE', 'away')
    return { kind: 'delivered' }
  })
  start(db, [channel])
  const service = await newService(db)
  const queued = await Promise.all(Array.from({ length: 20 }, () => queue(db, service)))
  for (const id of queued) await ends(id)
  for (const id of queued) expect(await rowOf(db, id)).toMatchObject({ state: 'delivered', attempts: 1 })
  expect((await db.query('select from breaker')).rowCount).toBe(0)
})

test('what an attempt had in hand is let go of when it has ended, however long its worker goes on', async () => {
  const signals: WeakRef<AbortSignal>[] = []
  const channel = scripted((_job, signal) => {
    signal.addEventListener('abort', () => undefined)
    signals.push(new WeakRef(signal))
    return { kind: 'delivered' }
  })
  start(db, [channel])
  const service = await newService(db)
  for (let i = 0; i < 30; i++) await ends(await queue(db, service))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const kept = (): number => signals.filter((signal) => signal.deref() !== undefined).length
  await eventually(() => {
    collect()
    return Promise.resolve(kept() < 5)
  })
})

test('one slow target takes its own places only', async () => {
  const slow = scripted(() => sleep(10_000, undefined, { ref: false }).then(() => ({ kind: 'delivered' as const })), {
    name: 'print',
    concurrency: 2,
  })
  const quick = scripted(() => ({ kind: 'delivered' }))
  const worker = startWorker(db, [slow, quick], { concurrency: 4 })
  const service = await newService(db)
  for (let i = 0; i < 10; i++) await queue(db, service, { channel: 'print' })
  const id = await queue(db, service)
  await ends(id)
  expect(slow.asked).toHaveLength(2)
  await worker.stop(50)
})

test('a worker that stops finishes what it has in hand, and gives back what takes too long', async () => {
  const channel = scripted((job) =>
    sleep(job.priority === 1 ? 30_000 : 200, undefined, { ref: false }).then(() => ({ kind: 'delivered' as const })),
  )
  const worker = startWorker(db, [channel])
  const service = await newService(db)
  const short = await queue(db, service)
  const long = await queue(db, service, { priority: 1 })
  await eventually(() => channel.asked.length === 2)
  await worker.stop(600)
  expect(await rowOf(db, short)).toMatchObject({ state: 'delivered' })
  expect(['ready', 'scheduled']).toContain((await rowOf(db, long)).state)
})

test('two workers deliver everything exactly once', async () => {
  const seen: string[] = []
  const channel = scripted((job) => {
    seen.push(job.id)
    return { kind: 'delivered' }
  })
  start(db, [channel])
  start(db, [channel])
  const service = await newService(db)
  const queued = await Promise.all(Array.from({ length: 200 }, () => queue(db, service)))
  await eventually(async () => {
    const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from delivery where state = 'delivered'`)
    return rows[0]!.n === 200
  })
  expect([...seen].sort()).toEqual([...queued].sort())
})

test('a worker of another process hears the bell, long before it looks by itself', async () => {
  const channel = scripted(() => ({ kind: 'delivered' }))
  start(db, [channel])
  const elsewhere = start(db, [])
  await sleep(300)
  const id = await queue(db, await newService(db))
  elsewhere.ring()
  await ends(id)
})

test('connections to the database that are cut do not end a worker', async () => {
  const channel = scripted(() => sleep(5).then(() => ({ kind: 'delivered' as const })))
  start(db, [channel], { leaseMs: 1_000 })
  const service = await newService(db)
  const queued: string[] = []
  for (let i = 0; i < 60; i++) queued.push(await queue(db, service))
  await db
    .query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    .catch(() => undefined)
  await eventually(async () => {
    const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from delivery where state <> 'delivered'`)
    return rows[0]!.n === 0
  })
})
