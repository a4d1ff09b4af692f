import type { AttemptOutcome, Channel, Purpose } from '../message/index.js'

/** What delivering counts; arrival publishes it. */
export interface DeliveryMetrics {
  attempted(attempt: { channel: Channel; outcome: AttemptOutcome | 'lost'; durationMs: number }): void
  /** from the commit that queued it to the one that ended it */
  finished(delivery: { channel: Channel; purpose: Purpose; ageMs: number }): void
  /** stored messages without a delivery, as the last sweep found them */
  orphans(count: number): void
}

export const noMetrics: DeliveryMetrics = {
  attempted: () => undefined,
  finished: () => undefined,
  orphans: () => undefined,
}
