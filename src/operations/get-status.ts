import type { Context, Recorder } from './context.js'

/** Tells that the service is up: it is when its database takes a row, which the record of this very answer is. */
export async function getServiceStatus({ db }: Context, record: Recorder<null>): Promise<null> {
  await db.withTransaction((tx) => record(tx, null))
  return null
}
