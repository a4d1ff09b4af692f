import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Channel, Job, Outcome } from '../../src/delivery/index.js'
import { outbox, type Database } from '../../src/store/index.js'
import { eventually, rowOf } from './queue.js'

/** What the suite has to know of one channel and of the target that the test has set up for it. */
export interface ChannelCase {
  readonly db: Database
  readonly channel: Channel
  /** queues a delivery of this channel that can succeed, ready to be taken. @returns its id */
  queue(): Promise<string>
  /** ids that things which reached the target carry, one for each thing: whatever stays the same in each attempt */
  arrived(deliveryId: string): Promise<readonly string[]>
  /** lets the target take everything again */
  accept(): void | Promise<void>
  /** lets the target refuse for good */
  refuse?(): void | Promise<void>
  /** lets the target take a call and say nothing */
  hang?(): void | Promise<void>
  /** connections that the target has open; missing: there are none */
  connections?(): number | Promise<number>
  /** texts about people, and secrets, that must not be in what an attempt leaves */
  readonly secrets: readonly string[]
  close(): Promise<void>
}

export interface ChannelPromise {
  /** what reliability.md §2 says: whether a repeated attempt may make a second thing arrive */
  readonly promise: 'once' | 'at-least-once'
  /** the target can refuse for good, and the case has `refuse` */
  readonly refuses: boolean
  /** there is a target to wait for, and the case has `hang` */
  readonly hangs: boolean
}

/**
 * The suite that every channel passes: delivers, refuses, times out, repeats safely, stops when told. The target is
 * real; what a target cannot do has no test.
 */
export function channelSuite(
  name: string,
  { promise, refuses, hangs }: ChannelPromise,
  open: () => Promise<ChannelCase>,
): void {
  describe(`the channel ${name}`, () => {
    const workerId = randomUUID()
    let it: ChannelCase
    beforeAll(async () => void (it = await open()))
    afterAll(() => it.close())
    beforeEach(() => it.accept())

    const claim = async (id: string): Promise<Job> => {
      const free = { [it.channel.name]: 1_000 }
      const jobs = await outbox.claim(it.db, { workerId, leaseMs: 60_000, free, limit: 1_000 })
      await outbox.giveBack(
        it.db,
        jobs.filter((job) => job.id !== id),
        workerId,
      )
      return jobs.find((job) => job.id === id)!
    }
    /** The worker died: nobody knows what came of its attempt. */
    const loseWord = async (job: Job): Promise<void> => {
      await it.db.query(`update delivery set lease_until = now() - interval '1 second' where id = $1`, [job.id])
      await outbox.reap(it.db)
    }
    const conclude = (job: Job, outcome: Outcome): Promise<void> =>
      it.db.withTransaction(async (tx) => {
        if ('write' in outcome) await outcome.write(tx)
        const code = 'code' in outcome ? outcome.code : null
        const next = outcome.kind === 'delivered' ? 'delivered' : 'dead'
        await outbox.finish(tx, job, workerId, { outcome: outcome.kind, code, next, detail: outcome.detail ?? {} })
      })
    const never = (): AbortSignal => new AbortController().signal
    const hasNoSecrets = (outcome: unknown): void => {
      for (const secret of it.secrets) expect(JSON.stringify(outcome)).not.toContain(secret)
    }

    test('delivers, and what arrives carries an id', async () => {
      const job = await claim(await it.queue())
      const outcome = await it.channel.deliver(job, never())
      expect(outcome).toMatchObject({ kind: 'delivered' })
      hasNoSecrets(outcome)
      await conclude(job, outcome)
      expect(await it.arrived(job.id)).toHaveLength(1)
      expect((await rowOf(it.db, job.id)).state).toBe('delivered')
    })

    const whenRefuses = refuses ? test : noTest
    whenRefuses('gives a refusal a word of ours, and nothing arrives', async () => {
      const job = await claim(await it.queue())
      await it.refuse!()
      const outcome = await it.channel.deliver(job, never())
      expect(outcome).toMatchObject({ kind: 'refused', code: expect.stringMatching(/^[A-Z][A-Z\d_]+$/) })
      hasNoSecrets(outcome)
      await conclude(job, outcome)
      expect(await it.arrived(job.id)).toEqual([])
    })

    const whenHangs = hangs ? test : noTest
    whenHangs('ends an attempt whose time is over, and lets go of the target', async () => {
      const job = await claim(await it.queue())
      await it.hang!()
      const startedAt = performance.now()
      const end = await ending(it.channel, job, AbortSignal.timeout(400))
      expect(['thrown', 'unreachable']).toContain(end)
      expect(performance.now() - startedAt).toBeLessThan(6_000)
      await eventually(async () => (await (it.connections?.() ?? 0)) === 0, IDLE_MS)
      await loseWord(job)
      await it.accept()
      const again = await claim(job.id)
      expect(again.attempt).toBe(2)
      const outcome = await it.channel.deliver(again, never())
      await conclude(again, outcome)
      expect(outcome.kind).toBe('delivered')
    })

    test(`repeats an attempt whose word was lost: ${promise === 'once' ? 'one thing' : 'the same id'} arrives`, async () => {
      const first = await claim(await it.queue())
      const outcome = await it.channel.deliver(first, never())
      expect(outcome.kind).toBe('delivered')
      await loseWord(first)
      const second = await claim(first.id)
      await conclude(second, await it.channel.deliver(second, never()))
      const ids = await it.arrived(first.id)
      expect(new Set(ids).size).toBe(1)
      if (promise === 'once') expect(ids).toHaveLength(1)
      // What the first worker found out comes too late.
      await expect(conclude(first, outcome)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    })

    test('carries another id for each delivery', async () => {
      const jobs = [await claim(await it.queue()), await claim(await it.queue())]
      for (const job of jobs) await conclude(job, await it.channel.deliver(job, never()))
      const ids = await Promise.all(jobs.map((job) => it.arrived(job.id)))
      expect(new Set(ids.flat()).size).toBe(2)
    })

    test('does not begin when it has been told to stop', async () => {
      const job = await claim(await it.queue())
      const end = await ending(it.channel, job, AbortSignal.abort())
      // A channel without a target has nothing to stop: its effect is the worker's transaction.
      if (hangs) expect(['thrown', 'unreachable']).toContain(end)
      expect(await it.arrived(job.id)).toEqual([])
      await outbox.giveBack(it.db, [job], workerId)
    })

    whenHangs('stops in the middle of an attempt when told', async () => {
      const job = await claim(await it.queue())
      await it.hang!()
      const stop = new AbortController()
      const attempt = ending(it.channel, job, stop.signal)
      await sleep(200)
      stop.abort()
      const stoppedAt = performance.now()
      expect(['thrown', 'unreachable']).toContain(await attempt)
      expect(performance.now() - stoppedAt).toBeLessThan(4_000)
      await eventually(async () => (await (it.connections?.() ?? 0)) === 0, IDLE_MS)
      await outbox.giveBack(it.db, [job], workerId)
    })

    test('says how many it does at once, how long it waits, and when it tries again', () => {
      const { concurrency, timeoutMs, pausesMs } = it.channel
      expect(concurrency).toBeGreaterThan(0)
      expect(timeoutMs).toBeGreaterThan(0)
      expect(pausesMs.length).toBeGreaterThan(0)
      expect(Math.min(...pausesMs)).toBeGreaterThan(0)
    })
  })
}

/** Node's fetch opens an idle connection in place of the one it has broken off, and closes it after four seconds. */
const IDLE_MS = 8_000

const noTest = (): void => undefined

/** How an attempt ends; one that has been broken off may throw. */
const ending = (channel: Channel, job: Job, signal: AbortSignal): Promise<Outcome['kind'] | 'thrown'> =>
  channel.deliver(job, signal).then(
    ({ kind }) => kind,
    () => 'thrown' as const,
  )
