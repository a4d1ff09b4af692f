import pg from 'pg'
import { UnavailableError } from '../errors.js'
import type { Log } from '../log.js'

/** Whatever can run a query: the pool, or one connection inside a transaction. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}

/** One connection inside a transaction; whoever needs a row and its consequence to commit together asks for this. */
export interface Tx extends Queryable {
  readonly tx: true
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction and commits; repeats it when the database undid it for the sake of another. */
  withTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** A connection of its own, for COPY; released after `work`. */
  withConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The database cannot be reached, or the fate of a commit is unknown: sending the same request again is safe. */
export class StoreUnavailable extends UnavailableError<'STORE_UNAVAILABLE'> {}

export interface DatabaseOptions {
  readonly connection: pg.PoolConfig
  readonly poolSize: number
  readonly statementTimeoutMs: number
  readonly log: Log
}

/** deadlock_detected and serialization_failure: nothing happened, and trying again is right. */
const UNDONE = new Set(['40P01', '40001'])
const TRIES = 5

export function openDatabase({ connection, poolSize, statementTimeoutMs, log }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    ...connection,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    // pg has no limits of its own: without these a dead network path holds requests for ever (reliability.md §2 rule 7).
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1_000,
    lock_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs * 3,
    application_name: 'asiointitili-gateway',
  })
  // Without a listener the first restart of PostgreSQL ends the process.
  pool.on('error', (err) => log.warn({ event: 'database.connection-lost', err }))

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect()
    } catch (cause) {
      throw new StoreUnavailable('STORE_UNAVAILABLE', 'The database cannot be reached', { cause })
    }
  }

  const once = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const client = await connect()
    const onError = (err: Error) => log.warn({ event: 'database.connection-lost', err })
    client.on('error', onError)
    let broken: Error | undefined
    try {
      await client.query('begin')
      const result = await work({ tx: true, query: (text, values) => client.query(text, values) })
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch((lost: unknown) => (broken = lost as Error))
      throw translate(error)
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  return {
    query: async (text, values) => {
      try {
        return await pool.query(text, values)
      } catch (error) {
        throw translate(error)
      }
    },
    withTransaction: async (work) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work)
        } catch (error) {
          if (attempt === TRIES || !UNDONE.has(sqlStateOf(error) ?? '')) throw error
        }
      }
    },
    withConnection: async (work) => {
      const client = await connect()
      try {
        return await work(client)
      } finally {
        client.release()
      }
    },
    close: () => pool.end(),
  }
}

/**
 * Connection trouble, a server that starts or stops, no space, no memory, a time limit: waiting helps. Everything
 * else is a fault of ours and stays what it is. Source: PostgreSQL, Appendix A (error codes).
 */
function translate(error: unknown): unknown {
  const state = sqlStateOf(error)
  const waitingHelps = state === null ? isConnectionTrouble(error) : /^(08|53|57|58|55P03|25P03)/.test(state)
  return waitingHelps
    ? new StoreUnavailable('STORE_UNAVAILABLE', 'The database does not answer', { cause: error })
    : error
}

export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null
}

/** Errors of sockets have codes like ECONNRESET; those of pg itself have only their words. */
function isConnectionTrouble(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  return typeof message === 'string' && /connection terminated|timeout|not queryable/i.test(message)
}
