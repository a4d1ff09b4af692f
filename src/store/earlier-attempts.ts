import type { Queryable } from './database.js'
import type { Job } from './outbox.js'

/**
 * Whether an earlier attempt may have had its effect without our knowing: it did not answer, its worker died, or gave it
 * back while it ran. The number of the attempt does not tell: what was given back is not counted; nor do ids, which
 * workers make by clocks of their own.
 */
export async function mayHaveLeft(db: Queryable, { bucket, id, attemptId }: Job): Promise<boolean> {
  const { rows } = await db.query<{ left: boolean }>(
    `select exists (select from attempt where bucket = $1 and delivery_id = $2 and id <> $3
       and (outcome is distinct from 'waiting' or code = 'WORKER_STOPPED')) as left`,
    [bucket, id, attemptId],
  )
  return rows[0]!.left
}
