import type { Queryable } from './database.js'
import { firstIdOf } from './partitions.js'

/** The door that a request came through. */
export type Endpoint = 'signed' | 'non-signed' | 'joining'

/** One SOAP request as the message log keeps it; accepted and refused ones alike. */
export interface Submission {
  /** UUIDv7, also the trace id in the answer */
  readonly id: string
  readonly receivedAt: Date
  readonly endpoint: Endpoint
  readonly operation: string | null
  readonly outcome: 'accepted' | 'refused' | 'repeated'
  /** our error code of a refusal */
  readonly code: string | null
  /** status code of the answer, null for a Fault */
  readonly statusCode: number | null
  readonly statusText: string | null
  readonly authorityId: string | null
  readonly serviceId: string | null
  readonly exchangeId: string | null
  readonly fingerprint: string | null
  readonly signatureAlgorithm: string | null
  readonly digestAlgorithm: string | null
  readonly remoteAddress: string | null
  readonly sizeBytes: number
  readonly itemCount: number
  readonly messageCount: number
  readonly report: object | null
  readonly notes: object | null
}

/** Ids that callers choose may be of any length and hold anything; the log keeps what an operator can search by. */
const MAX_ID_LENGTH = 200
export const keepable = <Id extends string | null>(id: Id): Id =>
  (id === null ? null : id.replaceAll('\0', '\ufffd').slice(0, MAX_ID_LENGTH)) as Id

/** Writes the row; `answered_at` is the instant of writing, just before the answer leaves. */
export async function insertSubmission(db: Queryable, s: Submission): Promise<void> {
  await db.query(
    `insert into submission (id, received_at, answered_at, endpoint, operation, outcome, code, status_code, status_text, authority_id,
       service_id, exchange_id, fingerprint, signature_algorithm, digest_algorithm, remote_address, size_bytes, item_count,
       message_count, report, notes)
     values ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
    [
      s.id,
      s.receivedAt,
      s.endpoint,
      s.operation,
      s.outcome,
      s.code,
      s.statusCode,
      s.statusText,
      keepable(s.authorityId),
      keepable(s.serviceId),
      keepable(s.exchangeId),
      s.fingerprint === null ? null : Buffer.from(s.fingerprint, 'hex'),
      s.signatureAlgorithm,
      s.digestAlgorithm,
      s.remoteAddress,
      s.sizeBytes,
      s.itemCount,
      s.messageCount,
      s.report,
      s.notes,
    ],
  )
}

/** Adds to the notes of a row that is there. */
export async function addNotes(db: Queryable, id: string, notes: object): Promise<void> {
  await db.query(`update submission set notes = coalesce(notes, '{}') || $2::jsonb where id = $1`, [id, notes])
}

export interface LoggedSubmission extends Submission {
  readonly answeredAt: Date
}

const LOGGED = `id, received_at as "receivedAt", answered_at as "answeredAt", endpoint, operation, outcome, code, status_code as "statusCode",
  status_text as "statusText", authority_id as "authorityId", service_id as "serviceId", exchange_id as "exchangeId",
  encode(fingerprint, 'hex') as fingerprint, signature_algorithm as "signatureAlgorithm", digest_algorithm as "digestAlgorithm",
  host(remote_address) as "remoteAddress", size_bytes::float8 as "sizeBytes", item_count as "itemCount", message_count as "messageCount", report, notes`

export async function findSubmission(db: Queryable, id: string): Promise<LoggedSubmission | null> {
  const { rows } = await db.query<LoggedSubmission>(`select ${LOGGED} from submission where id = $1`, [id])
  return rows[0] ?? null
}

/** The newest requests first, accepted and refused. */
export async function listSubmissions(db: Queryable, { limit }: { limit: number }): Promise<LoggedSubmission[]> {
  const { rows } = await db.query<LoggedSubmission>(`select ${LOGGED} from submission order by id desc limit $1`, [
    limit,
  ])
  return rows
}

/** Whether a request's row is committed. */
export async function isRecorded(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from submission where id = $1', [id])
  return rowCount === 1
}

/** Whether the log could take a row now: the database answers and has our schema. */
export async function isReachable(db: Queryable): Promise<boolean> {
  try {
    await db.query('select 1 from submission limit 1')
    return true
  } catch {
    return false
  }
}

/** How many rows one statement deletes, so that it holds no locks for long. */
const DELETE_BATCH = 5_000

/** Deletes refused and repeated requests that are older than an instant; returns how many. Accepted ones are evidence and stay. */
export async function deleteRefused(db: Queryable, before: Date): Promise<number> {
  let count = 0
  for (;;) {
    const { rowCount } = await db.query(
      `delete from submission where id in (select id from submission where id < $1 and outcome <> 'accepted' limit ${DELETE_BATCH})`,
      [firstIdOf(before)],
    )
    count += rowCount ?? 0
    if ((rowCount ?? 0) < DELETE_BATCH) return count
  }
}
