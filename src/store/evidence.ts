import type { Queryable, Tx } from './database.js'
import { readAttachmentData } from './attachments.js'
import { firstIdOf } from './partitions.js'
import type { Sealer } from './sealing.js'

/** A stored attachment whose base64 stands in the request from `start` to `end`, byte offsets. */
export interface EvidencePart {
  readonly start: number
  readonly end: number
  readonly bucket: number
  readonly attachmentId: string
  readonly content: Buffer
}

const PURPOSE = 'submission.evidence'
/** Sealed pieces no longer than this, so that no single value grows without bound. */
const PIECE_BYTES = 4 * 1024 * 1024
/** How many pieces one statement deletes, so that it holds no locks for long. */
const DELETE_BATCH = 1_000

/**
 * Keeps the original request byte for byte, without storing any attachment twice: where the base64 that was sent is
 * just what encoding the stored bytes gives, only the attachment is noted.
 * Everything else is sealed as it came.
 */
export async function insertEvidence(
  tx: Tx,
  sealer: Sealer,
  submissionId: string,
  raw: Buffer,
  parts: readonly EvidencePart[],
): Promise<void> {
  let seq = 0
  const keep = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += PIECE_BYTES) {
      const sealed = sealer.seal(raw.subarray(at, Math.min(to, at + PIECE_BYTES)), PURPOSE)
      await tx.query('insert into submission_evidence (submission_id, seq, sealed) values ($1, $2, $3)', [
        submissionId,
        seq++,
        sealed,
      ])
    }
  }
  let kept = 0
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    if (part.start < kept || !isPlainBase64Of(raw, part)) continue
    await keep(kept, part.start)
    await tx.query(
      'insert into submission_evidence (submission_id, seq, attachment_bucket, attachment_id) values ($1, $2, $3, $4)',
      [submissionId, seq++, part.bucket, part.attachmentId],
    )
    kept = part.end
  }
  await keep(kept, raw.length)
}

/** Compares in steps, so that a large attachment is never encoded as a whole. */
function isPlainBase64Of(raw: Buffer, { start, end, content }: EvidencePart): boolean {
  if (end - start !== Math.ceil(content.length / 3) * 4) return false
  const step = 48 * 1024
  for (let at = 0; at < content.length; at += step) {
    const encoded = Buffer.from(content.toString('base64', at, at + step), 'latin1')
    const from = start + (at / 3) * 4
    if (raw.compare(encoded, 0, encoded.length, from, from + encoded.length) !== 0) return false
  }
  return true
}

/** Forgets the bytes of requests that were refused before an instant; returns how many pieces. Those of accepted ones are evidence and stay. */
export async function deleteRefusedEvidence(db: Queryable, before: Date): Promise<number> {
  let count = 0
  for (;;) {
    const { rowCount } = await db.query(
      `delete from submission_evidence where (submission_id, seq) in (
         select e.submission_id, e.seq from submission_evidence e join submission s on s.id = e.submission_id
         where e.submission_id < $1 and s.id < $1 and s.outcome = 'refused' limit ${DELETE_BATCH})`,
      [firstIdOf(before)],
    )
    count += rowCount ?? 0
    if ((rowCount ?? 0) < DELETE_BATCH) return count
  }
}

/** The original request, byte for byte; null when none was kept. */
export async function readEvidence(db: Queryable, sealer: Sealer, submissionId: string): Promise<Buffer | null> {
  const { rows } = await db.query<{
    sealed: Buffer | null
    attachment_bucket: number
    attachment_id: string
    sha256: Buffer
  }>(
    `select e.sealed, e.attachment_bucket, e.attachment_id, a.sha256 from submission_evidence e
     left join attachment a on a.bucket = e.attachment_bucket and a.id = e.attachment_id
     where e.submission_id = $1 order by e.seq`,
    [submissionId],
  )
  if (rows.length === 0) return null
  const pieces: Buffer[] = []
  for (const row of rows)
    pieces.push(row.sealed === null ? await encodedAttachment(db, row) : sealer.open(row.sealed, PURPOSE))
  return Buffer.concat(pieces)
}

async function encodedAttachment(
  db: Queryable,
  row: { attachment_bucket: number; attachment_id: string; sha256: Buffer },
): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of readAttachmentData(
    db,
    { bucket: row.attachment_bucket, attachmentId: row.attachment_id },
    row.sha256,
  ))
    chunks.push(chunk)
  return Buffer.from(Buffer.concat(chunks).toString('base64'), 'latin1')
}
