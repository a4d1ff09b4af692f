import type { AttemptOutcome, Channel, DeliveryState, Purpose } from '../message/index.js'
import type { Environment } from '../registration/index.js'
import { BUCKETS } from './bucket.js'
import type { Queryable } from './database.js'

export interface LoggedAttempt {
  readonly attempt: number
  readonly startedAt: string
  readonly endedAt: string | null
  /** null while it runs; lost: its worker never came back */
  readonly outcome: AttemptOutcome | 'lost' | null
  readonly code: string | null
  readonly detail: object | null
}

/** A delivery as operators see it; holds nothing about people. */
export interface LoggedDelivery {
  readonly id: string
  readonly state: DeliveryState
  readonly channel: Channel
  readonly purpose: Purpose
  readonly environment: Environment
  readonly authorityId: string
  readonly serviceId: string
  /** of the message that it is about; null when the message is gone */
  readonly number: string | null
  readonly createdAt: Date
  readonly dueAt: Date
  readonly finishedAt: Date | null
  readonly attempts: number
  /** why the last attempt did not deliver */
  readonly reason: string | null
}

export interface DeliveryFilter {
  readonly states?: readonly DeliveryState[] | undefined
  readonly channel?: Channel | undefined
  readonly authorityId?: string | undefined
  readonly serviceId?: string | undefined
  readonly reason?: string | undefined
  readonly number?: string | undefined
  readonly ids?: readonly string[] | undefined
  /** ended at this instant or before; what ends later is not in the set */
  readonly finishedUntil?: Date | undefined
}

/** Of `delivery` alone: a join would have to be made before anything is left out. */
const WHERE = `($1::text[] is null or d.state = any ($1)) and ($2::text is null or d.channel = $2)
  and ($3::text is null or d.authority_id = $3) and ($4::text is null or d.service_id = $4)
  and ($5::text is null or d.reason = $5)
  and ($6::bigint is null or (d.bucket = ($6 % ${BUCKETS})::smallint and d.message_id = any (array(
    select id from message where number = $6 union all select id from citizen_message where number = $6))))
  and ($7::uuid[] is null or d.id = any ($7)) and ($8::timestamptz is null or d.finished_at <= $8)`

const valuesOf = (filter: DeliveryFilter): unknown[] => [
  ...[filter.states ?? null, filter.channel ?? null, filter.authorityId ?? null, filter.serviceId ?? null],
  ...[filter.reason ?? null, filter.number ?? null, filter.ids ?? null, filter.finishedUntil ?? null],
]

/** Deliveries, newest first. */
export async function listDeliveries(
  db: Queryable,
  filter: DeliveryFilter,
  { limit }: { limit: number },
): Promise<LoggedDelivery[]> {
  const { rows } = await db.query<LoggedDelivery>(
    `select d.id, d.state, d.channel, d.purpose, d.environment, d.authority_id as "authorityId", d.service_id as "serviceId",
       coalesce(m.number, c.number)::text as number, d.created_at as "createdAt", d.run_at as "dueAt",
       d.finished_at as "finishedAt", d.attempts, d.reason
     from (select * from delivery d where ${WHERE} order by d.id desc limit $9) d
     left join message m on m.bucket = d.bucket and m.id = d.message_id
     left join citizen_message c on c.bucket = d.bucket and c.id = d.message_id order by d.id desc`,
    [...valuesOf(filter), limit],
  )
  return rows
}

export async function countDeliveries(db: Queryable, filter: DeliveryFilter): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::float8 as count from delivery d where ${WHERE}`,
    valuesOf(filter),
  )
  return rows[0]!.count
}

/** Every try of a delivery, in their order. */
export async function attemptsOf(db: Queryable, deliveryId: string): Promise<LoggedAttempt[]> {
  const { rows } = await db.query<LoggedAttempt>(
    `select a.attempt, a.started_at as "startedAt", a.ended_at as "endedAt", a.outcome, a.code, a.detail
     from delivery d join attempt a on a.bucket = d.bucket and a.delivery_id = d.id where d.id = $1 order by a.id`,
    [deliveryId],
  )
  return rows
}
