import { UnavailableError } from '../../errors.js'

/** The embedded server cannot run here. The message is one sentence about the cause and one about the way out. */
export class EmbeddedPostgresError extends UnavailableError<'EMBEDDED_POSTGRES'> {
  constructor(cause: string, options?: { cause?: unknown }) {
    super('EMBEDDED_POSTGRES', `${cause} Set DATABASE_URL to use a PostgreSQL server of your own.`, options)
  }
}
