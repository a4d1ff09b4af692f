import { inTransaction, type Context, type Recorder, type Submitted } from './context.js'

/** Tells that the service is up: it is when its database takes a row, which the record of this very answer is. */
export async function getServiceStatus(context: Context, submitted: Submitted, record: Recorder<null>): Promise<null> {
  await inTransaction(context, submitted, (tx) => record(tx, null))
  return null
}
