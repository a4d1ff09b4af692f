import type { Queryable } from './database.js'
import { firstIdOf, instantOf } from './partitions.js'
import type { ServiceId } from './services.js'

/**
 * A place in the order of all changes that are committed: no change appears behind it later (ADR 17). `xact` is the
 * number of the transaction that wrote the change, `epoch` the database cluster that gave the number.
 */
interface Place {
  readonly epoch: number
  readonly xact: string
  readonly eventId: string
}

/** Where a reader of changes stands; `from` is the first id of the instant from which on it wants to see changes. */
export interface Cursor extends Place {
  readonly from: string | null
}

export interface Change extends Place {
  readonly bucket: number
  readonly messageId: string
}

const NOWHERE: Place = { epoch: 0, xact: '0', eventId: '00000000-0000-0000-0000-000000000000' }

/** Before the first change, or before the first one at or after an instant. */
export const firstCursor = (from: Date | null): Cursor => ({ ...NOWHERE, from: from === null ? null : firstIdOf(from) })

const UUID = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'
const NUMBER = (digits: number): string => `(0|[1-9]\\d{0,${digits - 1}})`
const CURSOR = new RegExp(`^1\\.${NUMBER(9)}\\.${NUMBER(19)}\\.(${UUID})(?:\\.(${UUID}))?$`)

/** As callers keep it; what is in it is no business of theirs. */
export const writeCursor = ({ epoch, xact, eventId, from }: Cursor): string =>
  Buffer.from(['1', epoch, xact, eventId, ...(from === null ? [] : [from])].join('.')).toString('base64url')

/** Null for what we did not write. */
export function readCursor(text: string): Cursor | null {
  const [, epoch, xact, eventId, from] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  if (eventId === undefined) return null
  const cursor = { epoch: Number(epoch), xact: xact!, eventId, from: from ?? null }
  // Decoding passes over characters that are not base64url.
  return writeCursor(cursor) === text ? cursor : null
}

/**
 * The next changes of a service's messages behind a cursor. Changes of transactions that began before one which is
 * still running wait for it: their turn comes, and nothing can slip in before them. Which are recent enough is told by the
 * database's clock, as callers are told it: ids are made by the clock of whichever process.
 */
export async function listChanges(
  db: Queryable,
  { authorityId, id }: ServiceId,
  { cursor, limit }: { cursor: Cursor; limit: number },
): Promise<Change[]> {
  const { rows } = await db.query<Change>(
    // A bare xact in "order by" would mean the text that is selected here, in which 10 stands before 9.
    `select e.epoch, e.xact::text, e.id as "eventId", e.bucket, e.message_id as "messageId" from state_event e
     where e.authority_id = $1 and e.service_id = $2 and (e.epoch, e.xact, e.id) > ($3::int, $4::text::xid8, $5::uuid)
       and ($6::timestamptz is null or e.at >= $6)
       and (e.epoch < (select max(epoch) from change_epoch) or e.xact < pg_snapshot_xmin(pg_current_snapshot()))
     order by e.epoch, e.xact, e.id limit $7`,
    [authorityId, id, cursor.epoch, cursor.xact, cursor.eventId, cursor.from && instantOf(cursor.from), limit],
  )
  return rows
}

/** Which database cluster this is, and which life of it: both begin a numbering of transactions, or may repeat one. */
const CLUSTER = `select s.system_identifier || ':' || c.timeline_id as cluster from pg_control_system() s, pg_control_checkpoint() c`

const IS_NEW = `now_in.cluster is distinct from (select cluster from change_epoch order by epoch desc limit 1)`

/**
 * A number that no other life of this data has: one that was restored from the same dump before may have counted as far
 * as this one could, so what is counted is time, tens of seconds since 1970: nine digits until 2286, as a cursor holds them.
 */
const NEXT = `greatest((select coalesce(max(epoch), 0) + 1 from change_epoch), (extract(epoch from clock_timestamp()) / 10)::int)`

/**
 * Makes sure that changes of now are ordered behind those that came with a restored database. Safe at any time, on any
 * number of processes; runs under the lock of the migrations.
 * @param db  one connection
 */
export async function ensureEpoch(db: Queryable): Promise<void> {
  if ((await db.query(`select from (${CLUSTER}) now_in where ${IS_NEW}`)).rowCount === 0) return
  await db.query('begin')
  try {
    // Whoever still writes under the old epoch has to be finished: its changes are read without waiting from now on.
    await db.query('lock table state_event in share mode')
    await db.query(
      `insert into change_epoch (epoch, cluster)
       select ${NEXT}, now_in.cluster from (${CLUSTER}) now_in where ${IS_NEW}`,
    )
    await db.query('commit')
  } catch (error) {
    await db.query('rollback')
    throw error
  }
}
