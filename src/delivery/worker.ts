import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import type { Log } from '../log.js'
import { outbox, type Database } from '../store/index.js'
import { attempt, type Attempting } from './attempt.js'
import type { Bell } from './bell.js'
import type { Channel, Job } from './channel.js'
import type { DeliveryMetrics } from './metrics.js'

export interface WorkerOptions {
  readonly db: Database
  readonly log: Log
  readonly channels: readonly Channel[]
  readonly bell: Bell
  readonly metrics: DeliveryMetrics
  /** from 0 to 1; Math.random when missing */
  readonly random?: () => number
  readonly deliveryConcurrency: number
  readonly deliveryLeaseMs: number
  readonly deliveryPollMs: number
  readonly deliveryPauseDivisor: number
}

export interface Worker {
  start(): void
  /** Takes nothing more, lets what is in hand finish, and gives back what does not within the time. */
  stop(limitMs: number): Promise<void>
}

/** Channels whose targets are other people's; what is told about letters waits behind letters. */
const OUTSIDE = ['email', 'sms', 'return-channel'] as const
/** How long places gather before the next claim. */
const GATHER_MS = 5
/** Places that only mailboxes and paper get. */
const OWN_PLACES = 4

/**
 * Claims deliveries and makes attempts at them, as many at once as it has places. Any number of workers run on one
 * database; what one of them holds when it dies comes back within its lease (design.md D12).
 */
export function createWorker(options: WorkerOptions): Worker {
  const { db, log, bell, channels, deliveryLeaseMs: leaseMs } = options
  const workerId = randomUUID()
  const context: Attempting = {
    ...{ db, log, workerId, metrics: options.metrics },
    ...{ pauseDivisor: options.deliveryPauseDivisor, random: options.random ?? Math.random },
  }
  const held = new Map<Job, Promise<void>>()
  /** stopping: nothing more is taken; ending: what is in hand is broken off */
  const stopping = new AbortController()
  const ending = new AbortController()
  // Each attempt in hand listens.
  setMaxListeners(0, ending.signal)
  let running = false
  let loops: Promise<void>[] = []

  const used = (...names: string[]): number => [...held.keys()].filter(({ channel }) => names.includes(channel)).length
  /** Slow targets outside must not take all places from letters: some are theirs alone. */
  const freeOutside = (): number =>
    Math.max(0, Math.max(1, options.deliveryConcurrency - OWN_PLACES) - used(...OUTSIDE))

  const free = (): Record<string, number> =>
    Object.fromEntries(channels.map(({ name, concurrency }) => [name, concurrency - used(name)]))

  /** Free places with each target, of channels that bound them. */
  const freeOfLine = (): Record<string, number> => {
    const bounded = channels.filter(({ concurrencyPerLine }) => concurrencyPerLine !== undefined)
    const most = Object.fromEntries(bounded.map(({ name, concurrencyPerLine }) => [`${name}/*`, concurrencyPerLine!]))
    for (const job of held.keys()) {
      const any = most[`${job.channel}/*`]
      const line = outbox.lineOf(job)
      if (any !== undefined) most[line] = (most[line] ?? any) - 1
    }
    return most
  }

  const take = async (): Promise<number> => {
    const limit = options.deliveryConcurrency - held.size
    if (limit <= 0) return 0
    const jobs = await outbox.claim(db, {
      workerId,
      leaseMs,
      free: free(),
      limit,
      freeOfLine: freeOfLine(),
      freeOutside: freeOutside(),
    })
    for (const job of jobs) hold(job)
    return jobs.length
  }

  const hold = (job: Job): void => {
    const channel = channels.find(({ name }) => name === job.channel)!
    const done = attempt(context, channel, job, ending.signal).then(() => {
      held.delete(job)
      // A place is free: whoever waits for the bell looks again.
      bell.wake()
    })
    held.set(job, done)
  }

  const guarded = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      log.warn({ event: 'delivery.store-away', err: error })
      return false
    }
  }

  /** Takes as long as there is something to take, then waits for the bell, a free place or the next look. */
  const claiming = async (): Promise<void> => {
    while (running) {
      const rung = bell.next(options.deliveryPollMs)
      let taken = 0
      await guarded(async () => (taken = await take()))
      if (taken === 0 || held.size >= options.deliveryConcurrency) await rung
      // Behind a long queue every place that becomes free would be a claim of one.
      else if (held.size > options.deliveryConcurrency * 0.75) await sleep(GATHER_MS, null, { ref: false })
    }
  }

  const maintaining = async (): Promise<void> => {
    while (running) {
      await guarded(async () => {
        const back = await outbox.reap(db)
        if (back > 0) log.warn({ event: 'delivery.leases-lost', count: back })
        if ((await outbox.promote(db)) + back > 0) bell.wake()
      })
      await sleep(options.deliveryPollMs, null, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  }

  const renewing = async (): Promise<void> => {
    while (running || held.size > 0) {
      await sleep(leaseMs / 3, null, { ref: false })
      const jobs = [...held.keys()]
      if (jobs.length > 0) await guarded(() => outbox.renew(db, jobs, { workerId, leaseMs }))
    }
  }

  return {
    start: () => {
      running = true
      loops = [claiming(), maintaining()]
      void renewing()
    },
    stop: async (limitMs) => {
      running = false
      stopping.abort()
      bell.wake()
      await Promise.all(loops)
      const all = Promise.all(held.values())
      await Promise.race([all, sleep(limitMs, null, { ref: false })])
      if (held.size === 0) return
      ending.abort()
      await Promise.race([all, sleep(Math.min(limitMs, 2_000), null, { ref: false })])
      if (held.size > 0) await guarded(() => outbox.giveBack(db, [...held.keys()], workerId))
    },
  }
}
