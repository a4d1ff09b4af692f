import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { AttemptOutcome, Channel, Purpose } from '../message/index.js'

/** Counts of what leaves, as delivery hands them over. */
export interface DeliveryCounts {
  attempted(attempt: { channel: Channel; outcome: AttemptOutcome | 'lost'; durationMs: number }): void
  finished(delivery: { channel: Channel; purpose: Purpose; ageMs: number }): void
  orphans(count: number): void
}

/** What stands in the queue, asked of the database with every scrape. */
export type QueueFigures = () => Promise<
  readonly {
    readonly channel: Channel
    readonly state: string
    readonly count: number
    readonly oldestSeconds: number | null
  }[]
>

export function createDeliveryMetrics(registry: Registry, figures: QueueFigures): DeliveryCounts {
  const registers = [registry]
  const attempts = new Counter({
    name: 'asti_delivery_attempts_total',
    help: 'Attempts at deliveries, by channel and outcome; lost: another worker had it by then',
    labelNames: ['channel', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'asti_delivery_attempt_duration_seconds',
    help: 'Time that an attempt took, seconds',
    labelNames: ['channel'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 30],
    registers,
  })
  const age = new Histogram({
    name: 'asti_delivery_age_seconds',
    help: 'Time from what queued a delivery (acceptance of a message, or a state to report) to its end, seconds',
    labelNames: ['channel', 'purpose'],
    buckets: [0.05, 0.25, 1, 5, 30, 300, 3_600, 21_600, 86_400, 604_800],
    registers,
  })
  const orphans = new Gauge({
    name: 'asti_messages_without_delivery',
    help: 'Queued messages that the queue knows nothing of, at the last sweep; anything but 0 is an alarm',
    registers,
  })
  const oldest = new Gauge({
    name: 'asti_delivery_oldest_ready_seconds',
    help: 'Age of the oldest delivery that could be taken now, seconds',
    labelNames: ['channel'],
    registers,
  })
  new Gauge({
    name: 'asti_delivery_queue',
    help: 'Deliveries in the queue, by channel and state: ready, scheduled, leased, dead',
    labelNames: ['channel', 'state'],
    registers,
    async collect() {
      this.reset()
      oldest.reset()
      // A database that is away must not take the other metrics along.
      for (const row of await figures().catch(() => [])) {
        this.set({ channel: row.channel, state: row.state }, row.count)
        if (row.oldestSeconds !== null) oldest.set({ channel: row.channel }, row.oldestSeconds)
      }
    },
  })
  return {
    attempted: ({ channel, outcome, durationMs }) => {
      attempts.inc({ channel, outcome })
      duration.observe({ channel }, durationMs / 1000)
    },
    finished: ({ channel, purpose, ageMs }) => age.observe({ channel, purpose }, ageMs / 1000),
    orphans: (count) => orphans.set(count),
  }
}
