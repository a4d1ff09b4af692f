import { evidence, submissions, type Tx } from '../store/index.js'
import type { Context } from './context.js'

export type Submission = submissions.Submission

/** Writes the message log's row of a request in the transaction that its answer stands on. */
export const recordSubmission = (tx: Tx, submission: Submission): Promise<void> =>
  submissions.insertSubmission(tx, submission)

/** Writes the row of a refused request, and the request itself, sealed, when it is given. */
export async function recordRefusal(
  { db, sealer }: Context,
  submission: Submission,
  raw: Buffer | null,
): Promise<void> {
  if (raw === null) return submissions.insertSubmission(db, submission)
  await db.withTransaction(async (tx) => {
    await submissions.insertSubmission(tx, submission)
    await evidence.insertEvidence(tx, sealer, submission.id, raw, [])
  })
}

/** Writes the row of a request that was answered before. */
export const recordRepeat = ({ db }: Context, submission: Submission): Promise<void> =>
  submissions.insertSubmission(db, { ...submission, outcome: 'repeated' })

/** Whether the gateway could serve a request now. */
export const isReady = ({ db }: Context): Promise<boolean> => submissions.isReachable(db)
