import type { Queryable } from './database.js'
import type { MessageKey } from './transitions.js'

/** The item whose files a message has; null when there is no such message. */
export async function itemOf(db: Queryable, { bucket, messageId }: MessageKey): Promise<string | null> {
  const { rows } = await db.query<{ itemId: string }>(
    'select item_id as "itemId" from message where bucket = $1 and id = $2',
    [bucket, messageId],
  )
  return rows[0]?.itemId ?? null
}

/** Notes what the scanner said of an attachment, for all messages that have it; what was found stays found. */
export async function noteScan(
  db: Queryable,
  { bucket, attachmentId }: { bucket: number; attachmentId: string },
  scan: 'clean' | 'found',
): Promise<void> {
  await db.query(
    `update attachment set scan = $3, scanned_at = now() where bucket = $1 and id = $2 and scan is distinct from 'found'`,
    [bucket, attachmentId, scan],
  )
}
