import { uuidv7 } from 'uuidv7'
import type { Channel, DeliveryState, Purpose } from '../message/index.js'
import type { Environment } from '../registration/index.js'
import type { Queryable, Tx } from './database.js'
import type { ServiceKey } from './messages.js'
import type { ServiceId } from './services.js'

export interface NewDelivery {
  readonly bucket: number
  readonly messageId: string
  readonly service: ServiceKey
  /** the side that it was taken on; nothing of the test side reaches a citizen */
  readonly environment: Environment
  readonly channel: Channel
  readonly purpose: Purpose
  /** delivered: storing it was delivering it */
  readonly state?: 'ready' | 'delivered'
  readonly priority?: number
  /** ids and codes only */
  readonly about?: object
  /** not before so many milliseconds from now, by the database's clock */
  readonly afterMs?: number
}

/** Puts a delivery into the queue in the transaction of what it is about, or notes one that the storing itself was. */
export async function insertDelivery(tx: Tx, delivery: NewDelivery): Promise<string> {
  const { service, afterMs = 0, priority = 0 } = delivery
  const id = uuidv7()
  const state: DeliveryState = afterMs > 0 ? 'scheduled' : (delivery.state ?? 'ready')
  await tx.query(
    `insert into delivery (bucket, id, message_id, channel, purpose, state, priority, about, run_at, finished_at, authority_id, service_id, environment)
     values ($1, $2, $3, $4, $5, $6::text, $7, $8, now() + $9 * interval '1 millisecond', case when $6::text = 'delivered' then now() end, $10, $11, $12)`,
    [
      ...[delivery.bucket, id, delivery.messageId, delivery.channel, delivery.purpose, state, priority],
      ...[delivery.about ?? null, afterMs, service.authorityId, service.serviceId, delivery.environment],
    ],
  )
  return id
}

/** Deliveries of a service that are still to be made. */
export async function countWaiting(db: Queryable, { authorityId, id }: ServiceId): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::float8 as count from delivery where state in ('ready', 'scheduled', 'leased') and authority_id = $1 and service_id = $2`,
    [authorityId, id],
  )
  return rows[0]!.count
}

/** How the ways of a message to its recipient stand; those that were taken back count for nothing. */
export interface Ways {
  /** one is still to be made, or under way */
  readonly open: boolean
  /** one was given up, and an operator may send it again */
  readonly dead: boolean
  readonly delivered: boolean
}

/**
 * The ways of a message, all or those besides one channel. Whoever decides by them holds the message
 * (`transitions.lockMessage`), so that of two that end at once the later one sees what the earlier one left.
 */
export async function waysOf(
  tx: Tx,
  { bucket, messageId }: { bucket: number; messageId: string },
  { besides = null }: { besides?: Channel | null } = {},
): Promise<Ways> {
  const { rows } = await tx.query<{ state: DeliveryState }>(
    `select distinct state from delivery where bucket = $1 and message_id = $2 and purpose = 'message'
       and ($3::text is null or channel <> $3)`,
    [bucket, messageId, besides],
  )
  const is = (...wanted: DeliveryState[]): boolean => rows.some(({ state }) => wanted.includes(state))
  return { open: is('ready', 'scheduled', 'leased'), dead: is('dead'), delivered: is('delivered') }
}

/** Takes back what has not left yet; what a worker holds is left to it. @returns how many */
export async function cancelOpen(
  tx: Tx,
  { bucket, messageId }: { bucket: number; messageId: string },
  { purposes, reason }: { purposes: readonly Purpose[]; reason: string },
): Promise<number> {
  const { rowCount } = await tx.query(
    `update delivery set state = 'cancelled', finished_at = now(), reason = $4
     where bucket = $1 and message_id = $2 and purpose = any ($3) and state in ('ready', 'scheduled')`,
    [bucket, messageId, purposes, reason],
  )
  return rowCount ?? 0
}
