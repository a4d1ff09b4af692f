import type { Queryable } from './database.js'

/** Tables that are partitioned by month over their own UUIDv7. */
const PARTITIONED = [
  'submission',
  'submission_evidence',
  'item',
  'message',
  'attachment',
  'attachment_data',
  'state_event',
] as const

/**
 * Makes the partitions of this month and the next ones, and one for everything else, so that no row ever finds no
 * place. Safe to run at any time on any number of processes.
 * @param monthsAhead  how many months after `now`'s own
 */
export async function ensurePartitions(db: Queryable, now: Date, monthsAhead = 2): Promise<void> {
  for (const table of PARTITIONED) {
    await db.query(`create table if not exists ${table}_default partition of ${table} default`)
    for (let i = 0; i <= monthsAhead; i++) {
      const from = monthStart(now, i)
      const name = `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`
      await db.query(
        `create table if not exists ${name} partition of ${table} for values from ('${firstIdOf(from)}') to ('${firstIdOf(monthStart(now, i + 1))}')`,
      )
    }
  }
}

const monthStart = (now: Date, ahead: number): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))

/** The smallest UUIDv7 of an instant: 48 bits of milliseconds, then zeros. Source: RFC 9562 §5.7. */
function firstIdOf(instant: Date): string {
  const hex = instant.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
