import type { Purpose } from '../message/index.js'
import type { Tx } from './database.js'
import type { MessageKey } from './transitions.js'

/** A delivery that an operator acts on, locked until the act is committed. */
export interface Held extends MessageKey {
  readonly id: string
  readonly state: string
  readonly channel: string
  readonly purpose: Purpose
  readonly authorityId: string
  readonly serviceId: string
  /** state of its message; null when it is about something else */
  readonly messageState: number | null
}

/** Locks deliveries by their ids, in one order, their messages before them; what a worker has just taken is waited for. */
export async function hold(tx: Tx, ids: readonly string[]): Promise<Held[]> {
  await tx.query(
    `select from message m join (select distinct bucket, message_id from delivery where id = any ($1)) d
       on m.bucket = d.bucket and m.id = d.message_id order by m.id for update of m`,
    [ids],
  )
  const { rows } = await tx.query<Held>(
    `select d.bucket, d.id, d.message_id as "messageId", d.state, d.channel, d.purpose, d.authority_id as "authorityId",
       d.service_id as "serviceId",
       (select m.state from message m where m.bucket = d.bucket and m.id = d.message_id) as "messageState"
     from delivery d where d.id = any ($1) order by d.id for update of d`,
    [ids],
  )
  return rows
}

/** Makes deliveries ready again, with all their attempts before them. */
export async function makeReady(tx: Tx, held: readonly Held[]): Promise<void> {
  await tx.query(
    `update delivery set state = 'ready', attempts = 0, reason = null, finished_at = null, run_at = now()
     where id = any ($1) and state in ('dead', 'scheduled', 'cancelled')`,
    [held.map(({ id }) => id)],
  )
}

/** Ends deliveries for good. */
export async function end(tx: Tx, held: readonly Held[], reason: string): Promise<void> {
  await tx.query(
    `update delivery set state = 'cancelled', finished_at = now(), reason = $2
     where id = any ($1) and state in ('ready', 'scheduled', 'dead')`,
    [held.map(({ id }) => id), reason],
  )
}
