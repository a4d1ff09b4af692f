import type { Clock } from './clock.js'
import type { Config } from './config/index.js'
import type { Log } from './log.js'
import { answeredRequests, caught, ensurePartitions, evidence, submissions, type Database } from './store/index.js'

const MINUTE_MS = 60_000
const OFTEN_MS = 10 * MINUTE_MS
const SELDOM_MS = 6 * 60 * MINUTE_MS
const DAY_MS = 24 * 60 * MINUTE_MS
/** What test services would have sent is kept so long. */
const CAUGHT_DAYS = 30

/**
 * Makes the partitions of the months to come and forgets what has had its time: refused requests, their bytes,
 * answers kept for repeats, and what test services would have sent. Every process does it; whoever comes second finds
 * nothing to do.
 * @returns stops it
 */
export function keepHouse(config: Config, { db, log, clock }: { db: Database; log: Log; clock: Clock }): () => void {
  const run = (work: () => Promise<void>): void =>
    void work().catch((err: unknown) => log.error({ event: 'housekeeping.failed', err }))
  const often = (): void => run(() => forgetAnswers(db, clock))
  const seldom = (): void => run(() => forgetRefused(config, { db, log, clock }))
  often()
  seldom()
  const timers = [setInterval(often, OFTEN_MS).unref(), setInterval(seldom, SELDOM_MS).unref()]
  return () => timers.forEach((timer) => clearInterval(timer))
}

async function forgetAnswers(db: Database, clock: Clock): Promise<void> {
  await answeredRequests.deleteExpired(db, clock.now())
}

async function forgetRefused(
  { refusedEvidenceDays, refusedRetentionDays }: Config,
  { db, log, clock }: { db: Database; log: Log; clock: Clock },
): Promise<void> {
  const now = clock.now()
  const before = (days: number): Date => new Date(now.getTime() - days * DAY_MS)
  await ensurePartitions(db, now)
  // The bytes go first: they are found by the row.
  await evidence.deleteRefusedEvidence(db, before(Math.min(refusedEvidenceDays, refusedRetentionDays)))
  const count = await submissions.deleteRefused(db, before(refusedRetentionDays))
  if (count > 0) log.info({ event: 'log.refused-deleted', count })
  await caught.deleteCaught(db, before(CAUGHT_DAYS))
}
