import { createHash } from 'node:crypto'
import { GatewayError } from '../errors.js'
import type { Queryable, Tx } from './database.js'

export const CHUNK_BYTES = 256 * 1024

/** Bytes that came back are not the bytes that went in. */
export class AttachmentDamaged extends GatewayError<'ATTACHMENT_DAMAGED'> {}

/** Writes an attachment's bytes in rows of 256 KiB, in the accepting transaction (design.md D13). */
export async function insertAttachmentData(
  tx: Tx,
  key: { bucket: number; attachmentId: string },
  content: Buffer,
): Promise<void> {
  for (let seq = 0, at = 0; at < content.length; seq++, at += CHUNK_BYTES) {
    await tx.query('insert into attachment_data (bucket, attachment_id, seq, body) values ($1, $2, $3, $4)', [
      key.bucket,
      key.attachmentId,
      seq,
      content.subarray(at, at + CHUNK_BYTES),
    ])
  }
}

/**
 * Reads an attachment row by row and verifies its SHA-256 at the end.
 * @throws AttachmentDamaged
 */
export async function* readAttachmentData(
  db: Queryable,
  key: { bucket: number; attachmentId: string },
  sha256: Buffer,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for (let seq = 0; ; seq++) {
    const { rows } = await db.query<{ body: Buffer }>(
      'select body from attachment_data where bucket = $1 and attachment_id = $2 and seq = $3',
      [key.bucket, key.attachmentId, seq],
    )
    if (rows[0] === undefined) break
    hash.update(rows[0].body)
    yield rows[0].body
  }
  if (!hash.digest().equals(sha256))
    throw new AttachmentDamaged('ATTACHMENT_DAMAGED', 'An attachment does not have the SHA-256 it was stored with')
}

export interface StoredAttachment {
  readonly bucket: number
  readonly attachmentId: string
  readonly mediaType: string | null
  /** null, as the hash, for a link */
  readonly sizeBytes: number | null
  readonly sha256: Buffer | null
}

/** What one request stored besides the messages, in the order in which it was sent. */
export async function attachmentsOf(db: Queryable, submissionId: string): Promise<StoredAttachment[]> {
  const { rows } = await db.query<StoredAttachment>(
    `select a.bucket, a.id as "attachmentId", a.media_type as "mediaType", a.size_bytes::float8 as "sizeBytes", a.sha256
     from item i join attachment a on a.bucket = i.bucket and a.item_id = i.id
     where i.submission_id = $1 order by i.id, a.position`,
    [submissionId],
  )
  return rows
}
