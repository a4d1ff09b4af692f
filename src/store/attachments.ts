import { createHash } from 'node:crypto'
import { GatewayError } from '../errors.js'
import { copyOut } from './copy-out.js'
import { sqlStateOf, type Database, type Queryable, type Tx } from './database.js'

export const CHUNK_BYTES = 256 * 1024

/** Bytes that came back are not the bytes that went in. */
export class AttachmentDamaged extends GatewayError<'ATTACHMENT_DAMAGED'> {}

/** Writes an attachment's bytes in rows of 256 KiB, in the accepting transaction (design.md D13). */
export async function insertAttachmentData(tx: Tx, key: AttachmentKey, content: Buffer): Promise<void> {
  for (let seq = 0, at = 0; at < content.length; seq++, at += CHUNK_BYTES) {
    await tx.query('insert into attachment_data (bucket, attachment_id, seq, body) values ($1, $2, $3, $4)', [
      key.bucket,
      key.attachmentId,
      seq,
      content.subarray(at, at + CHUNK_BYTES),
    ])
  }
}

type AttachmentKey = { bucket: number; attachmentId: string }

/**
 * Reads an attachment in rows of 256 KiB and verifies its SHA-256 at the end. At most one portion is in memory, and no
 * connection is held while the reader is busy with it: a slow scanner or a slow network costs the pool nothing.
 * Inside a transaction, and on an engine without binary COPY, rows are read one by one.
 * @throws AttachmentDamaged
 */
export async function* readAttachmentData(
  db: Queryable | Database,
  key: AttachmentKey,
  sha256: Buffer,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const body of 'withConnection' in db ? copiedRows(db, key) : rowByRow(db, key)) {
    hash.update(body)
    yield body
  }
  if (!hash.digest().equals(sha256))
    throw new AttachmentDamaged('ATTACHMENT_DAMAGED', 'An attachment does not have the SHA-256 it was stored with')
}

/** Rows of one COPY. More make one reading hardly faster; eight readings at once are to stay within some tens of MiB. */
const PORTION = 4
/** feature_not_supported, syntax_error: what engines say that have no such COPY. */
const NO_COPY = new Set(['0A000', '42601'])

async function* copiedRows(db: Database, key: AttachmentKey): AsyncGenerator<Buffer> {
  for (let seq = 0; ; seq += PORTION) {
    let rows: Buffer[]
    try {
      rows = await db.withConnection((client) => copyOut(client, copyOf(key, seq)))
    } catch (error) {
      if (!NO_COPY.has(sqlStateOf(error) ?? '')) throw error
      yield* rowByRow(db, key, seq)
      return
    }
    yield* rows
    if (rows.length < PORTION) return
  }
}

/** COPY takes no parameters: what stands in its text is a number and an id, and nothing else passes. */
function copyOf({ bucket, attachmentId }: AttachmentKey, seq: number): string {
  if (!Number.isInteger(bucket) || !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(attachmentId))
    throw new TypeError('An attachment is read by its bucket and id')
  return `copy (select body from attachment_data where bucket = ${bucket} and attachment_id = '${attachmentId}'
    and seq >= ${seq} and seq < ${seq + PORTION} order by seq) to stdout (format binary)`
}

async function* rowByRow(db: Queryable, { bucket, attachmentId }: AttachmentKey, from = 0): AsyncGenerator<Buffer> {
  for (let seq = from; ; seq++) {
    const { rows } = await db.query<{ body: Buffer }>(
      'select body from attachment_data where bucket = $1 and attachment_id = $2 and seq = $3',
      [bucket, attachmentId, seq],
    )
    if (rows[0] === undefined) return
    yield rows[0].body
  }
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
