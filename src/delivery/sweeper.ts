import type { Log } from '../log.js'
import { sweep, type Database } from '../store/index.js'
import type { DeliveryMetrics } from './metrics.js'

const EVERY_MS = 60_000

/**
 * Proves every minute that each stored message has been delivered, is on its way, or is in the dead-letter list with a
 * reason (design.md §7 promise 3). The queue is not asked about itself: messages are compared with it.
 * @returns stops it
 */
export function startSweeper({ db, log, metrics }: { db: Database; log: Log; metrics: DeliveryMetrics }): () => void {
  // So many messages at a time, so that no look takes long however many wait; the figure is that of a whole round.
  let [after, found]: [string | null, number] = [null, 0]
  const run = async (): Promise<void> => {
    const { orphans, last } = await sweep.findOrphans(db, after)
    after = last
    found += orphans.length
    for (const { messageId } of orphans.slice(0, 10)) log.error({ event: 'delivery.missing', messageId })
    if (found > 0 || last === null) metrics.orphans(found)
    if (last === null) found = 0
  }
  const guarded = (): void => void run().catch((err: unknown) => log.error({ event: 'housekeeping.failed', err }))
  guarded()
  const timer = setInterval(guarded, EVERY_MS).unref()
  return () => clearInterval(timer)
}
