import type { Channel, DeliveryState } from '../message/index.js'
import type { Queryable } from './database.js'

const AT_ONCE = 20_000
/** No id is smaller. */
const FIRST = '00000000-0000-0000-0000-000000000000'

/**
 * Messages that wait in the queue according to their state, and of which the queue knows nothing, among the next ones.
 * @param after  where the last look ended; null: from the beginning
 * @returns `last`: where this look ended, null when it has seen them all
 */
export async function findOrphans(
  db: Queryable,
  after: string | null,
): Promise<{ orphans: { bucket: number; messageId: string }[]; last: string | null }> {
  const { rows } = await db.query<{ bucket: number; messageId: string; known: boolean }>(
    `select m.bucket, m.id as "messageId", exists (select from delivery d where d.bucket = m.bucket
       and d.message_id = m.id and d.purpose = 'message' and d.state in ('ready', 'scheduled', 'leased', 'dead')) as known
     from (select bucket, id from message where state = 202 and id > $1 order by id limit ${AT_ONCE}) m order by m.id`,
    [after ?? FIRST],
  )
  const orphans = rows.filter(({ known }) => !known).map(({ bucket, messageId }) => ({ bucket, messageId }))
  return { orphans, last: rows.length < AT_ONCE ? null : rows.at(-1)!.messageId }
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
