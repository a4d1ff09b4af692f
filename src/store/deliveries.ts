import { uuidv7 } from 'uuidv7'
import type { Environment } from '../registration/index.js'
import type { Queryable, Tx } from './database.js'
import type { ServiceKey } from './messages.js'
import type { ServiceId } from './services.js'

/** Puts a delivery into the queue, or notes one that the storing itself was. */
export async function insertDelivery(
  tx: Tx,
  delivery: {
    readonly bucket: number
    readonly messageId: string
    readonly service: ServiceKey
    /** the side that it was taken on; nothing of the test side is ever delivered outside */
    readonly environment: Environment
    readonly channel: 'mailbox' | 'print'
    readonly state: 'ready' | 'delivered'
  },
): Promise<void> {
  const { service, environment } = delivery
  await tx.query(
    `insert into delivery (bucket, id, message_id, channel, state, finished_at, authority_id, service_id, environment)
     values ($1, $2, $3, $4, $5::text, case when $5::text = 'delivered' then now() end, $6, $7, $8)`,
    [
      delivery.bucket,
      uuidv7(),
      delivery.messageId,
      delivery.channel,
      delivery.state,
      service.authorityId,
      service.serviceId,
      environment,
    ],
  )
}

/**
 * Deliveries that are due, most urgent first, without those of suspended services: they stay in the queue as they are.
 * What a service sent before it was withdrawn is still delivered. Whoever takes deliveries takes them from here.
 */
export async function listDue(db: Queryable, { limit }: { limit: number }): Promise<{ bucket: number; id: string }[]> {
  const { rows } = await db.query<{ bucket: number; id: string }>(
    `select d.bucket, d.id from delivery d where d.state = 'ready' and d.run_at <= now()
       and exists (select from service s where s.authority_id = d.authority_id and s.id = d.service_id and s.state <> 'suspended')
     order by d.priority desc, d.run_at, d.id limit $1`,
    [limit],
  )
  return rows
}

/** Deliveries of a service that are still to be made. */
export async function countWaiting(db: Queryable, { authorityId, id }: ServiceId): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::float8 as count from delivery where state = 'ready' and authority_id = $1 and service_id = $2`,
    [authorityId, id],
  )
  return rows[0]!.count
}
