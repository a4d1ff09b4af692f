import { submissions, type Tx } from '../store/index.js'
import type { Context } from './context.js'

export type Submission = submissions.Submission

/** Writes the message log's row of a request in the transaction that its answer stands on. */
export const recordSubmission = (tx: Tx, submission: Submission): Promise<void> =>
  submissions.insertSubmission(tx, submission)

/** Writes the row of a refused request. */
export const recordRefusal = ({ db }: Context, submission: Submission): Promise<void> =>
  submissions.insertSubmission(db, submission)

/** Whether the gateway could serve a request now. */
export const isReady = ({ db }: Context): Promise<boolean> => submissions.isReachable(db)
