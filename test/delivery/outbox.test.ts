import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { uuidv7 } from 'uuidv7'
import { channels } from '../../src/message/index.js'
import { outbox, services, type Database } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { newService, queue, rowOf } from '../support/queue.js'

let gateway: TestGateway
let db: Database
beforeAll(async () => {
  gateway = await startGateway()
  db = gateway.db
})
afterAll(() => gateway.close())
beforeEach(() => db.query('truncate delivery, attempt, pause, breaker'))

const everything = Object.fromEntries(channels.map((name) => [name, 1_000]))
const claim = (more: Partial<outbox.Claiming> = {}): Promise<outbox.Job[]> =>
  outbox.claim(db, { workerId: randomUUID(), leaseMs: 60_000, free: everything, limit: 1_000, ...more })
const ids = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id)
const failed = { outcome: 'unreachable', code: 'TIMED_OUT' } as const
const done = { outcome: 'delivered', code: null, next: 'delivered' } as const
const finish = (job: outbox.Job, workerId: string, result: outbox.Finish): Promise<void> =>
  db.withTransaction((tx) => outbox.finish(tx, job, workerId, result))

describe('claiming', () => {
  test('twenty workers at once never get the same delivery, and together they get all', async () => {
    const service = await newService(db)
    const queued = await Promise.all(Array.from({ length: 100 }, () => queue(db, service)))
    const taken = await Promise.all(Array.from({ length: 20 }, () => claim({ limit: 10 })))
    const all = ids(taken.flat())
    expect(new Set(all).size).toBe(all.length)
    const rest = ids(await claim())
    expect([...all, ...rest].sort()).toEqual([...queued].sort())
  })

  test('an attempt is written before it begins, with its number and its worker', async () => {
    const id = await queue(db, await newService(db))
    const [job] = await claim()
    expect(job).toMatchObject({ id, attempt: 1, lineFailures: 0 })
    expect(await rowOf(db, id)).toMatchObject({ state: 'leased', attempts: 1, outcomes: [null] })
  })

  test('what is urgent overtakes, and equal services take turns', async () => {
    const [mass, small] = [await newService(db), await newService(db)]
    for (let i = 0; i < 30; i++) await queue(db, mass)
    const own = [await queue(db, small), await queue(db, small)]
    const urgent = await queue(db, mass, { priority: 10 })
    const first = ids(await claim({ limit: 5 }))
    expect(first).toContain(urgent)
    for (const id of own) expect(first).toContain(id)
  })

  test('a channel gives no more than it has places for, whoever waits behind', async () => {
    const service = await newService(db)
    for (let i = 0; i < 5; i++) await queue(db, service, { channel: 'print' })
    const mail = await queue(db, service, { channel: 'email', purpose: 'notice' })
    const jobs = await claim({ free: { print: 2, email: 1 } })
    expect(jobs.filter(({ channel }) => channel === 'print')).toHaveLength(2)
    expect(ids(jobs)).toContain(mail)
    expect(await claim({ free: { print: 0, email: 1 } })).toEqual([])
  })

  test('a slow authority gets no more than its own places, whatever waits for it', async () => {
    const [slow, other] = [await newService(db), await newService(db)]
    const report = { channel: 'return-channel', purpose: 'state' } as const
    for (let i = 0; i < 6; i++) await queue(db, slow, report)
    for (let i = 0; i < 6; i++) await queue(db, other, report)
    const taken = async (freeOfLine: Record<string, number>): Promise<number[]> => {
      const jobs = await claim({ freeOfLine })
      return [slow, other].map((one) => jobs.filter(({ serviceId }) => serviceId === one.serviceId).length)
    }
    expect(await taken({ 'return-channel/*': 2 })).toEqual([2, 2])
    const line = `return-channel/${slow.authorityId}/${slow.serviceId}`
    expect(await taken({ 'return-channel/*': 2, [line]: 0 })).toEqual([0, 2])
  })

  test('what goes outside gets no more than its places, and letters the others', async () => {
    const service = await newService(db)
    for (let i = 0; i < 4; i++) {
      await queue(db, service, { channel: 'return-channel', purpose: 'state' })
      await queue(db, service, { channel: 'email', purpose: 'notice' })
      await queue(db, service)
    }
    const jobs = await claim({ limit: 6, freeOutside: 3 })
    expect(jobs.filter(({ channel }) => channel !== 'mailbox')).toHaveLength(3)
    expect(jobs).toHaveLength(6)
  })

  test('reports of one message go in their order, those of others meanwhile', async () => {
    const service = await newService(db)
    const messageId = uuidv7()
    const report = { channel: 'return-channel', purpose: 'state' } as const
    const first = await queue(db, service, { ...report, messageId })
    const second = await queue(db, service, { ...report, messageId })
    const other = await queue(db, service, report)
    const workerId = randomUUID()
    const jobs = await claim({ workerId })
    expect(ids(jobs).sort()).toEqual([first, other].sort())
    await finish(
      jobs.find(({ id }) => id === first)!,
      workerId,
      { ...failed, next: { retryAfterMs: 60_000 } },
    )
    expect(await claim()).toEqual([])
    await db.query(`update delivery set state = 'dead', finished_at = now() where id = $1`, [first])
    expect(ids(await claim())).toEqual([second])
  })

  test.each([
    ['a channel', (s: { authorityId: string }) => ['print', null, s]],
    ['a service', (s: { authorityId: string }) => [null, s, s]],
    ['a channel of a service', (s: { authorityId: string }) => ['print', s, s]],
  ] as const)('%s that is paused keeps its deliveries', async (_what, scopeOf) => {
    const service = await newService(db)
    await queue(db, service, { channel: 'print' })
    const [channel, scope] = scopeOf(service) as unknown as [string | null, typeof service | null]
    await db.query(
      `insert into pause (id, channel, authority_id, service_id, reason, created_by) values ($1, $2, $3, $4, 'koe', 'koe')`,
      [uuidv7(), channel, scope?.authorityId ?? null, scope?.serviceId ?? null],
    )
    expect(await claim()).toEqual([])
    await db.query('delete from pause')
    expect(await claim()).toHaveLength(1)
  })

  test('a suspended service keeps its deliveries', async () => {
    const { authorityId, serviceId: id } = await newService(db)
    await queue(db, { authorityId, serviceId: id })
    await db.query(`update service set state = 'suspended', suspended_from = 'test' where id = $1`, [id])
    expect(await claim()).toEqual([])
    expect(await services.servicesOf(db, authorityId)).toHaveLength(1)
  })

  test('what is not due yet is taken when it is', async () => {
    const id = await queue(db, await newService(db), { afterMs: 1_500 })
    await outbox.promote(db)
    expect(await claim()).toEqual([])
    await sleep(1_550)
    expect(await outbox.promote(db)).toBe(1)
    expect(ids(await claim())).toEqual([id])
  })
})

describe('leases', () => {
  test('what a dead worker held comes back, its attempt is lost, and its late word changes nothing', async () => {
    const id = await queue(db, await newService(db))
    const dead = randomUUID()
    const [job] = await claim({ workerId: dead, leaseMs: 1_000 })
    expect(await outbox.reap(db)).toBe(0)
    await sleep(1_050)
    expect(await outbox.reap(db)).toBe(1)
    expect(await rowOf(db, id)).toMatchObject({ state: 'ready', outcomes: ['lost'] })
    const alive = randomUUID()
    const [again] = await claim({ workerId: alive })
    expect(again).toMatchObject({ id, attempt: 2 })
    await expect(finish(job!, dead, done)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await finish(again!, alive, done)
    expect(await rowOf(db, id)).toMatchObject({ state: 'delivered', outcomes: ['lost', 'delivered'] })
  })

  test('a delivery that takes its workers down with it is given up', async () => {
    const id = await queue(db, await newService(db))
    for (let i = 0; i < 20; i++) {
      expect(ids(await claim({ leaseMs: 1 }))).toEqual([id])
      await sleep(5)
      expect(await outbox.reap(db)).toBe(1)
    }
    expect(await rowOf(db, id)).toMatchObject({ state: 'dead', reason: 'WORKERS_LOST' })
    expect(await claim()).toEqual([])
  })

  test('a lease is renewed for what is in hand, and for nothing else of the same owner', async () => {
    const service = await newService(db)
    const [held, forgotten] = [await queue(db, service), await queue(db, service)]
    const workerId = randomUUID()
    const jobs = await claim({ workerId, leaseMs: 2_000 })
    expect(jobs).toHaveLength(2)
    const inHand = jobs.filter(({ id }) => id === held)
    expect(await outbox.renew(db, inHand, { workerId, leaseMs: 60_000 })).toEqual(new Set([held]))
    await sleep(2_050)
    await outbox.reap(db)
    expect((await rowOf(db, held)).state).toBe('leased')
    expect((await rowOf(db, forgotten)).state).toBe('ready')
  })

  test('the effect of an attempt and its end are written together or not at all', async () => {
    const id = await queue(db, await newService(db))
    const [job] = await claim()
    const stranger = randomUUID()
    const effect = db.withTransaction(async (tx) => {
      await tx.query(`insert into breaker (line, failures) values ('vaikutus', 1)`)
      await outbox.finish(tx, job!, stranger, done)
    })
    await expect(effect).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect((await db.query(`select from breaker where line = 'vaikutus'`)).rowCount).toBe(0)
    expect((await rowOf(db, id)).state).toBe('leased')
  })

  test('a delivery that is given back counts no attempt', async () => {
    const id = await queue(db, await newService(db))
    const workerId = randomUUID()
    await outbox.giveBack(db, await claim({ workerId }), workerId)
    expect(await rowOf(db, id)).toMatchObject({ state: 'ready', attempts: 0, outcomes: ['waiting'] })
  })
})

describe('targets that do not answer', () => {
  const failTimes = async (job: outbox.Job, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await outbox.noteUnanswered(db, job, 'TIMED_OUT')
  }

  test('after five failures a line rests, then is tried with one delivery, and a success opens it', async () => {
    const service = await newService(db)
    const report = { channel: 'return-channel', purpose: 'state' } as const
    for (let i = 0; i < 3; i++) await queue(db, service, report)
    const other = await queue(db, await newService(db), report)
    const workerId = randomUUID()
    const jobs = await claim({ workerId })
    const mine = jobs.filter(({ authorityId }) => authorityId === service.authorityId)
    await outbox.giveBack(db, jobs, workerId)
    await failTimes(mine[0]!, 4)
    expect(await claim({ workerId })).toHaveLength(4)
    await outbox.giveBack(db, jobs, workerId)
    await db.query(`update delivery set state = 'ready', owner = null, lease_until = null`)
    await failTimes(mine[0]!, 1)
    expect(ids(await claim())).toEqual([other])
    await db.query('update breaker set open_until = now()')
    const [probe, ...rest] = await claim()
    expect(rest).toEqual([])
    expect(probe!.lineFailures).toBe(5)
    await outbox.noteAnswered(db, probe!)
    expect(await claim()).toHaveLength(2)
  })

  test('each further failure doubles the rest, up to five minutes', async () => {
    await queue(db, await newService(db))
    const [job] = await claim()
    const restMs = async (): Promise<number> => {
      const { rows } = await db.query<{ ms: number }>(
        'select extract(epoch from open_until - failed_at)::float8 * 1000 as ms from breaker',
      )
      return Math.round(rows[0]!.ms / 1_000)
    }
    const rests = []
    await failTimes(job!, 4)
    for (let i = 0; i < 8; i++) {
      await failTimes(job!, 1)
      rests.push(await restMs())
      await db.query('update breaker set open_until = now()')
    }
    expect(rests).toEqual([5, 10, 20, 40, 80, 160, 300, 300])
  })

  test('twenty attempts that fail in the same moment make a line rest for five seconds, not for five minutes', async () => {
    await queue(db, await newService(db))
    const [job] = await claim()
    await failTimes(job!, 20)
    const { rows } = await db.query('select failures, open_until < now() + interval $$6 s$$ as short from breaker')
    expect(rows).toEqual([{ failures: 5, short: true }])
  })
})

test('the queue is read by its indexes, however long it is', async () => {
  const service = await newService(db)
  await db.query(
    `insert into delivery (bucket, id, message_id, channel, purpose, state, authority_id, service_id, environment)
     select 1, gen_random_uuid(), gen_random_uuid(), 'mailbox', 'message', 'ready', $1, $2, 'test' from generate_series(1, 20000)`,
    [service.authorityId, service.serviceId],
  )
  await db.query('analyze delivery')
  const before = await scans()
  await claim({ limit: 10 })
  await outbox.promote(db)
  await outbox.reap(db)
  expect(await scans()).toBe(before)
})

async function scans(): Promise<number> {
  await db.query('select pg_stat_force_next_flush()')
  const { rows } = await db.query<{ n: number }>(
    `select seq_scan::int as n from pg_stat_user_tables where relname = 'delivery'`,
  )
  return rows[0]!.n
}
