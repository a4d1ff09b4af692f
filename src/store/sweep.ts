import type { Channel, DeliveryState } from '../message/index.js'
import type { Queryable } from './database.js'

const MOST = 1_000

/** Messages that wait in the queue according to their state, and of which the queue knows nothing. */
export async function findOrphans(db: Queryable): Promise<{ bucket: number; messageId: string }[]> {
  const { rows } = await db.query<{ bucket: number; messageId: string }>(
    `select m.bucket, m.id as "messageId" from message m
     where m.state = 202 and not exists (select from delivery d where d.bucket = m.bucket and d.message_id = m.id
       and d.purpose = 'message' and d.state in ('ready', 'scheduled', 'leased', 'dead'))
     order by m.id limit ${MOST}`,
  )
  return rows
}

/** How much is in the queue. */
export interface QueueFigure {
  readonly channel: Channel
  readonly state: Extract<DeliveryState, 'ready' | 'scheduled' | 'leased' | 'dead'>
  readonly count: number
  /** seconds since the oldest of them was queued; of those that are ready only, null otherwise */
  readonly oldestSeconds: number | null
}

export async function queueFigures(db: Queryable): Promise<QueueFigure[]> {
  const { rows } = await db.query<QueueFigure>(
    ['ready', 'scheduled', 'leased', 'dead']
      .map(
        (state) =>
          `select channel, '${state}' as state, count(*)::float8 as count,
             ${state === 'ready' ? 'extract(epoch from now() - min(created_at))::float8' : 'null::float8'} as "oldestSeconds"
           from delivery where state = '${state}' group by channel`,
      )
      .join(' union all '),
  )
  return rows
}
