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
  const end = await record(context, channel, job, outcome)
  const recorded = end !== null
  const durationMs = Math.round(performance.now() - startedAt)
  const { metrics, log, workerId } = context
  metrics.attempted({ channel: job.channel, outcome: recorded ? outcome.kind : 'lost', durationMs })
  if (recorded && (outcome.kind === 'delivered' || (outcome.kind === 'refused' && end === 'dead')))
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
  if (end === 'dead')
    log.error({
      event: 'delivery.given-up',
      ...{ deliveryId: job.id, messageId: job.messageId, channel: job.channel, purpose: job.purpose },
      ...{ authorityId: job.authorityId, serviceId: job.serviceId, code: 'code' in outcome ? outcome.code : null },
      attempt: job.attempt,
    })
}

/** What a recorded attempt left: a delivery that somebody has to look at, or any other. */
type End = 'dead' | 'other'

async function outcomeOf({ log }: Attempting, channel: Channel, job: Job, stop: AbortSignal): Promise<Outcome> {
  const limit = startTimeLimit(channel.timeoutMs, stop)
  try {
    // A channel that does not hear the signal must not hold its place.
    return await Promise.race([channel.deliver(job, limit.signal), limit.over])
  } catch (error) {
    if (limit.isLate()) return { kind: 'unreachable', code: 'TIMED_OUT' }
    // Our own stop uses up no chance; whoever takes it next finds out whether it has left.
    if (stop.aborted) return { kind: 'waiting', code: 'WORKER_STOPPED', retryAfterMs: 0 }
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

/** @returns null when the delivery is somebody else's by now, or the database does not take the word */
async function record(context: Attempting, channel: Channel, job: Job, outcome: Outcome): Promise<End | null> {
  const { db, log } = context
  for (let tries = 0; ; tries++) {
    try {
      return await db.withTransaction((tx) => write(tx, context, channel, job, outcome))
    } catch (error) {
      const pause = error instanceof StoreUnavailable ? TRY_AGAIN_MS[tries] : undefined
      if (pause === undefined) {
        log.warn({ event: 'delivery.not-recorded', deliveryId: job.id, channel: job.channel, err: error })
        return null
      }
      await sleep(pause, null, { ref: false })
    }
  }
}

/**
 * The effect first: `finish` is fenced, and undoes it when the delivery is not ours any more. The breaker last, in the
 * order in which everybody locks. Only what was delivered says that a target is back: a refusal may be one of our own.
 */
async function write(
  tx: Parameters<typeof outbox.finish>[0],
  context: Attempting,
  channel: Channel,
  job: Job,
  outcome: Outcome,
): Promise<End> {
  const { workerId, pauseDivisor: divisor } = context
  const end = async (result: outbox.Finish): Promise<End> => {
    await outbox.finish(tx, job, workerId, result)
    return result.next === 'dead' ? 'dead' : 'other'
  }
  const detail = outcome.detail === undefined ? {} : { detail: outcome.detail }
  switch (outcome.kind) {
    case 'delivered': {
      await outcome.write?.(tx)
      const ended = await end({ outcome: 'delivered', code: null, next: 'delivered', ...detail })
      if (job.lineFailures > 0) await outbox.noteAnswered(tx, job)
      return ended
    }
    case 'dropped':
      return end({ outcome: 'dropped', code: outcome.code, next: 'cancelled', ...detail })
    case 'refused':
      await outcome.write?.(tx)
      return end({ outcome: 'refused', code: outcome.code, next: afterRefusal(outcome, divisor), ...detail })
    case 'waiting':
      return end({ outcome: 'waiting', code: outcome.code, next: { retryAfterMs: outcome.retryAfterMs }, ...detail })
    case 'unreachable': {
      const pause = pauseAfter(job.attempt, channel.pausesMs, { random: context.random(), divisor })
      const retryAfterMs = pause === null ? null : Math.max(pause, outcome.retryAfterMs ?? 0)
      const next = retryAfterMs === null ? ('dead' as const) : { retryAfterMs }
      const ended = await end({ outcome: 'unreachable', code: outcome.code, next, ...detail })
      if (outcome.answered === true) {
        if (job.lineFailures > 0) await outbox.noteAnswered(tx, job)
      } else if (!NO_FAULT_OF_TARGETS.includes(outcome.code) && outcome.isToldElsewhere !== true)
        await outbox.noteUnanswered(tx, job, outcome.code)
      return ended
    }
  }
}

/** Trouble of ours, for which no line has to rest. */
const NO_FAULT_OF_TARGETS = ['INTERNAL', 'ATTACHMENT_UNREADABLE']

const afterRefusal = (
  { retryAfterMs }: Extract<Outcome, { kind: 'refused' }>,
  divisor: number,
): outbox.Finish['next'] => (retryAfterMs === undefined ? 'dead' : { retryAfterMs: retryAfterMs / divisor })
