import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { uuidv7 } from 'uuidv7'
import type { Channel as ChannelName } from '../../src/message/index.js'
import { createBell, createWorker, noMetrics, type Channel, type Job, type Outcome } from '../../src/delivery/index.js'
import { createLogger } from '../../src/log.js'
import { deliveries, services, type Database } from '../../src/store/index.js'
import type { NewDelivery } from '../../src/store/deliveries.js'

const silent = createLogger({ level: 'silent' })

/** A service that deliveries may be of. */
export async function newService(db: Database): Promise<{ authorityId: string; serviceId: string }> {
  const authorityId = `jono_${randomUUID().slice(0, 8)}_ws`
  const id = `${authorityId}_1`
  await services.addService(db, { authorityId, id, name: 'Jono', environment: 'test', state: 'test' })
  return { authorityId, serviceId: id }
}

/** Queues a delivery about no message at all: the queue does not look. */
export const queue = (
  db: Database,
  service: { authorityId: string; serviceId: string },
  more: Partial<NewDelivery> = {},
): Promise<string> =>
  db.withTransaction((tx) =>
    deliveries.insertDelivery(tx, {
      ...{ bucket: 1, messageId: uuidv7(), service, environment: 'test', channel: 'mailbox', purpose: 'message' },
      ...more,
    }),
  )

export interface QueueRow {
  readonly state: string
  readonly attempts: number
  readonly reason: string | null
  readonly owner: string | null
  readonly dueInMs: number
  readonly outcomes: readonly (string | null)[]
  readonly codes: readonly (string | null)[]
}

/** A delivery as it stands, with its attempts in their order. */
export async function rowOf(db: Database, id: string): Promise<QueueRow> {
  const { rows } = await db.query<QueueRow>(
    `select d.state, d.attempts, d.reason, d.owner, extract(epoch from d.run_at - now())::float8 * 1000 as "dueInMs",
       coalesce((select array_agg(a.outcome order by a.id) from attempt a where a.delivery_id = d.id), '{}') as outcomes,
       coalesce((select array_agg(a.code order by a.id) from attempt a where a.delivery_id = d.id), '{}') as codes
     from delivery d where d.id = $1`,
    [id],
  )
  return rows[0]!
}

/** A channel that answers as the test says; counts what it was asked. */
export function scripted(
  answer: (job: Job, signal: AbortSignal) => Outcome | Promise<Outcome>,
  more: Partial<Channel> & { name?: ChannelName } = {},
): Channel & { readonly asked: Job[] } {
  const asked: Job[] = []
  return {
    name: 'mailbox',
    concurrency: 4,
    timeoutMs: 5_000,
    pausesMs: [100, 100],
    ...more,
    asked,
    deliver: async (job, signal) => {
      asked.push(job)
      return answer(job, signal)
    },
  }
}

export interface TestWorker {
  readonly stop: (limitMs?: number) => Promise<void>
  readonly ring: () => void
}

/** A worker over the given channels, quick to look again. */
export function startWorker(
  db: Database,
  channels: readonly Channel[],
  more: { leaseMs?: number; concurrency?: number; pauseDivisor?: number } = {},
): TestWorker {
  const bell = createBell({ db, log: silent })
  const worker = createWorker({
    ...{ db, log: silent, bell, channels, metrics: noMetrics },
    deliveryConcurrency: more.concurrency ?? 16,
    deliveryLeaseMs: more.leaseMs ?? 15_000,
    deliveryPollMs: 50,
    deliveryPauseDivisor: more.pauseDivisor ?? 1,
  })
  bell.hear()
  worker.start()
  return {
    ring: () => bell.ring(),
    stop: async (limitMs = 5_000) => {
      await worker.stop(limitMs)
      await bell.close()
    },
  }
}

/** Asks until the answer is true; fails after so long. */
export async function eventually(what: () => Promise<boolean> | boolean, limitMs = 20_000): Promise<void> {
  for (const end = Date.now() + limitMs; ; await sleep(20)) {
    if (await what()) return
    if (Date.now() > end) throw new Error('It did not happen in time.')
  }
}
