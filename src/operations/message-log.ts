import { setTimeout as sleep } from 'node:timers/promises'
import { evidence, isAlreadyThere, StoreUnavailable, submissions, type Tx } from '../store/index.js'
import type { Context } from './context.js'

export type Submission = submissions.Submission

/** Writes the message log's row of a request in the transaction that its answer stands on. */
export const recordSubmission = (tx: Tx, submission: Submission): Promise<void> =>
  submissions.insertSubmission(tx, submission)

/** The caller has waited for the database already; one that does not answer seldom takes the row. */
const UNAVAILABLE_LIMIT_MS = 1_000

/**
 * Writes the row of a refused request, and the request itself, sealed, when it is given.
 * @throws StoreUnavailable  also when a request that is refused for the database's sake cannot be recorded soon
 */
export function recordRefusal(context: Context, submission: Submission, raw: Buffer | null): Promise<void> {
  const recorded = raw === null ? insertRefused(context, submission) : insertWithRequest(context, submission, raw)
  return submission.code === 'STORE_UNAVAILABLE' ? Promise.race([recorded, tooLate()]) : recorded
}

async function tooLate(): Promise<never> {
  await sleep(UNAVAILABLE_LIMIT_MS, null, { ref: false })
  throw new StoreUnavailable('STORE_UNAVAILABLE', 'The database does not take the row of the refusal')
}

async function insertRefused({ db, log }: Context, submission: Submission): Promise<void> {
  try {
    await submissions.insertSubmission(db, submission)
  } catch (error) {
    if (!isAlreadyThere(error)) throw error
    // The commit whose fate was unknown did happen: the answer claims a failure that is none. Sent again, the request
    // is known by its reference.
    log.warn({ event: 'request.committed-after-all', traceId: submission.id, code: submission.code })
  }
}

const insertWithRequest = ({ db, sealer }: Context, submission: Submission, raw: Buffer): Promise<void> =>
  db.withTransaction(async (tx) => {
    await submissions.insertSubmission(tx, submission)
    await evidence.insertEvidence(tx, sealer, submission.id, raw, [])
  })

/** Writes the row of a request that was answered before. */
export const recordRepeat = ({ db }: Context, submission: Submission): Promise<void> =>
  submissions.insertSubmission(db, { ...submission, outcome: 'repeated' })

/** Whether the gateway could serve a request now. */
export const isReady = ({ db }: Context): Promise<boolean> => submissions.isReachable(db)
