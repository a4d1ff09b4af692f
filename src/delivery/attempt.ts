import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.js'
import { outbox, StoreUnavailable, type Database } from '../store/index.js'
import type { Channel, Job, Outcome } from './channel.js'
import type { DeliveryMetrics } from './metrics.js'
import { pauseAfter } from './schedule.js'
import { startTimeLimit } from './time-limit.js'

export interface Attempting {
  readonly db: Database
  readonly log: Log
  readonly metrics: DeliveryMetrics
  readonly workerId: string
  readonly pauseDivisor: number
  readonly random: () => number
}

/** Makes one attempt and writes what came of it; whatever happens, it ends and nothing is thrown. */
export async function attempt(context: Attempting, channel: Channel, job: Job, stop: AbortSignal): Promise<void> {
  const startedAt = performance.now()
  const outcome = await outcomeOf(context, channel, job, stop)
  const recorded = await record(context, channel, job, outcome)
  const durationMs = Math.round(performance.now() - startedAt)
  const { metrics, log, workerId } = context
  metrics.attempted({ channel: job.channel, outcome: recorded ? outcome.kind : 'lost', durationMs })
  if (recorded && (outcome.kind === 'delivered' || outcome.kind === 'refused'))
    metrics.finished({ channel: job.channel, purpose: job.purpose, ageMs: Date.now() - job.createdAt.getTime() })
  log.info({
    event: 'delivery.attempted',
    deliveryId: job.id,
    messageId: job.messageId,
    channel: job.channel,
    purpose: job.purpose,
    outcome: recorded ? outcome.kind : 'lost',
    code: 'code' in outcome ? outcome.code : null,
    attempt: job.attempt,
    maxAttempts: channel.pausesMs.length + 1,
    durationMs,
    workerId,
  })
}

async function outcomeOf({ log }: Attempting, channel: Channel, job: Job, stop: AbortSignal): Promise<Outcome> {
  const limit = startTimeLimit(channel.timeoutMs, stop)
  try {
    // A channel that does not hear the signal must not hold its place.
    return await Promise.race([channel.deliver(job, limit.signal), limit.over])
  } catch (error) {
    if (limit.isLate()) return { kind: 'unreachable', code: 'TIMED_OUT' }
    if (stop.aborted) return { kind: 'unreachable', code: 'WORKER_STOPPED', retryAfterMs: 0 }
    // The target has nothing to do with it: no chance is used up, and nobody's line has to rest.
    if (error instanceof StoreUnavailable) return { kind: 'waiting', code: error.code, retryAfterMs: STORE_AWAY_MS }
    log.error({ event: 'delivery.failed', deliveryId: job.id, channel: job.channel, err: error })
    return { kind: 'unreachable', code: 'INTERNAL' }
  } finally {
    limit.end()
  }
}

const STORE_AWAY_MS = 1_000

/** The lease is longer than all of them together; after it somebody else has the delivery. */
const TRY_AGAIN_MS = [100, 500, 1_000, 2_000]

/** @returns false when the delivery is somebody else's by now, or the database does not take the word */
async function record(context: Attempting, channel: Channel, job: Job, outcome: Outcome): Promise<boolean> {
  const { db, log } = context
  for (let tries = 0; ; tries++) {
    try {
      await db.withTransaction((tx) => write(tx, context, channel, job, outcome))
      return true
    } catch (error) {
      const pause = error instanceof StoreUnavailable ? TRY_AGAIN_MS[tries] : undefined
      if (pause === undefined) {
        log.warn({ event: 'delivery.not-recorded', deliveryId: job.id, channel: job.channel, err: error })
        return false
      }
      await sleep(pause, null, { ref: false })
    }
  }
}

/** The effect first: `finish` is fenced, and undoes it when the delivery is not ours any more. */
async function write(
  tx: Parameters<typeof outbox.finish>[0],
  context: Attempting,
  channel: Channel,
  job: Job,
  outcome: Outcome,
): Promise<void> {
  const { workerId, pauseDivisor: divisor } = context
  const end = (result: outbox.Finish): Promise<void> => outbox.finish(tx, job, workerId, result)
  const detail = outcome.detail === undefined ? {} : { detail: outcome.detail }
  switch (outcome.kind) {
    case 'delivered':
      await outcome.write?.(tx)
      if (job.lineFailures > 0) await outbox.noteAnswered(tx, job)
      return end({ outcome: 'delivered', code: null, next: 'delivered', ...detail })
    case 'dropped':
      return end({ outcome: 'dropped', code: outcome.code, next: 'cancelled', ...detail })
    case 'refused':
      await outcome.write?.(tx)
      if (job.lineFailures > 0) await outbox.noteAnswered(tx, job)
      return end({ outcome: 'refused', code: outcome.code, next: 'dead', ...detail })
    case 'waiting':
      return end({ outcome: 'waiting', code: outcome.code, next: { retryAfterMs: outcome.retryAfterMs }, ...detail })
    case 'unreachable': {
      const pause = pauseAfter(job.attempt, channel.pausesMs, { random: context.random(), divisor })
      const retryAfterMs = pause === null ? null : Math.max(pause, outcome.retryAfterMs ?? 0)
      if (outcome.code !== 'WORKER_STOPPED') await outbox.noteUnanswered(tx, job, outcome.code)
      const next = retryAfterMs === null ? ('dead' as const) : { retryAfterMs }
      return end({ outcome: 'unreachable', code: outcome.code, next, ...detail })
    }
  }
}
