import type { Queryable, Tx } from './database.js'
import type { Sealer } from './sealing.js'

/** Everything that makes a signed request the same as an earlier one, and until when it could come again. */
export interface ReplayClaim {
  /** SHA-256, 32 bytes */
  readonly key: Buffer
  readonly expiresAt: Date
}

const PURPOSE = 'answered-request'

/**
 * Takes the key for a request, waiting for whoever holds it.
 * @returns whether it is ours now; false when the same request has been answered already
 */
export async function claimRequest(tx: Tx, submissionId: string, { key, expiresAt }: ReplayClaim): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into answered_request (replay_key, submission_id, expires_at) values ($1, $2, $3) on conflict do nothing',
    [key, submissionId, expiresAt],
  )
  return rowCount === 1
}

/** Keeps what is about to be answered, in the transaction that makes it true. */
export async function keepAnswer(tx: Tx, sealer: Sealer, key: Buffer, answer: string): Promise<void> {
  await tx.query('update answered_request set sealed_answer = $2 where replay_key = $1', [
    key,
    sealer.seal(answer, PURPOSE),
  ])
}

/** The answer that a request got, and whose it was; null when there is none. */
export async function findAnswer(
  db: Queryable,
  sealer: Sealer,
  key: Buffer,
): Promise<{ submissionId: string; answer: string } | null> {
  const { rows } = await db.query<{ submissionId: string; sealed: Buffer }>(
    `select submission_id as "submissionId", sealed_answer as sealed from answered_request
     where replay_key = $1 and sealed_answer is not null`,
    [key],
  )
  const row = rows[0]
  return row === undefined
    ? null
    : { submissionId: row.submissionId, answer: sealer.open(row.sealed, PURPOSE).toString('utf8') }
}

/** How many rows one statement deletes, so that it holds no locks for long. */
const DELETE_BATCH = 5_000

/** A key outlives its answer by this much: a clock that ran ahead for a while must not make room for a copy. */
const RESERVE = '1 day'

/**
 * Forgets answers whose requests would be refused as too old by now, and keys some time later; returns how many keys.
 * Keys go by the database's clock and ours, whichever is behind.
 */
export async function deleteExpired(db: Queryable, now: Date): Promise<number> {
  await db.query(
    'update answered_request set sealed_answer = null where expires_at < $1 and sealed_answer is not null',
    [now],
  )
  let count = 0
  for (;;) {
    const { rowCount } = await db.query(
      `delete from answered_request where replay_key in (select replay_key from answered_request where expires_at < least($1, now()) - interval '${RESERVE}' limit ${DELETE_BATCH})`,
      [now],
    )
    count += rowCount ?? 0
    if ((rowCount ?? 0) < DELETE_BATCH) return count
  }
}
