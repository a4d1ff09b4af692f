import { sqlStateOf, type Queryable } from './database.js'

/** Tables that are partitioned by month over their own UUIDv7. */
const PARTITIONED = [
  'submission',
  'submission_evidence',
  'item',
  'message',
  'attachment',
  'attachment_data',
  'state_event',
  'attempt',
  'citizen_message',
] as const

/**
 * Makes the partitions of this month and the next ones, and one for everything else, so that no row ever finds no
 * place. Safe to run at any time on any number of processes.
 * @param monthsAhead  how many months after `now`'s own
 */
export async function ensurePartitions(db: Queryable, now: Date, monthsAhead = 2): Promise<void> {
  const wanted = PARTITIONED.flatMap((table) => partitionsOf(table, now, monthsAhead))
  // Creating takes locks on the parent, even when there is nothing to create.
  const { rows } = await db.query<{ name: string }>('select relname as name from pg_class where relname = any($1)', [
    [...PARTITIONED, ...wanted.map(({ name }) => name)],
  ])
  const present = new Set(rows.map(({ name }) => name))
  // A schema that is older than this does not have all of them yet.
  for (const { table, name, definition } of wanted)
    if (present.has(table) && !present.has(name)) await create(db, `create table if not exists ${name} ${definition}`)
}

/** check_violation: rows of that month stand in the default partition already, from a clock that was ahead. They stay there. */
const ROWS_IN_DEFAULT = '23514'
/** duplicate_table and unique_violation: another process made it at this very moment, which "if not exists" does not see. */
const MADE_MEANWHILE = ['42P07', '23505']

async function create(db: Queryable, sql: string): Promise<void> {
  try {
    await db.query(sql)
  } catch (error) {
    if (![ROWS_IN_DEFAULT, ...MADE_MEANWHILE].includes(sqlStateOf(error) ?? '')) throw error
  }
}

function partitionsOf(
  table: string,
  now: Date,
  monthsAhead: number,
): { table: string; name: string; definition: string }[] {
  const months = Array.from({ length: monthsAhead + 1 }, (_, i) => {
    const from = monthStart(now, i)
    const range = `from ('${firstIdOf(from)}') to ('${firstIdOf(monthStart(now, i + 1))}')`
    return {
      table,
      name: `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`,
      definition: `partition of ${table} for values ${range}`,
    }
  })
  return [{ table, name: `${table}_default`, definition: `partition of ${table} default` }, ...months]
}

const monthStart = (now: Date, ahead: number): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))

/** The instant that a UUIDv7 was made at, by the clock of whoever made it. */
export const instantOf = (id: string): Date => new Date(parseInt(id.replace('-', '').slice(0, 12), 16))

/** The smallest UUIDv7 of an instant: 48 bits of milliseconds, then zeros; none is older than 1970. Source: RFC 9562 §5.7. */
export function firstIdOf(instant: Date): string {
  const hex = Math.max(0, instant.getTime()).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
