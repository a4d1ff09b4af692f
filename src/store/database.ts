import { setTimeout as sleep } from 'node:timers/promises'
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
  /**
   * Runs `work` in one transaction and commits; repeats it when the database undid it for the sake of another.
   * @param isCommitted  asked when the connection was lost while committing: whether the work's rows are there
   */
  withTransaction<T>(work: (tx: Tx) => Promise<T>, isCommitted?: () => Promise<boolean>): Promise<T>
  /** A connection of its own, for COPY; released after `work`, and closed when that fails. */
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
  // Without a listener the first restart of PostgreSQL ends the process. The pool listens to connections that lie idle
  // only; one that is lost while it is handed out needs a listener of its own, from its first moment.
  const lost = (err: Error) => log.warn({ event: 'database.connection-lost', err })
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect()
    } catch (cause) {
      throw new StoreUnavailable('STORE_UNAVAILABLE', 'The database cannot be reached', { cause })
    }
  }

  const once = async <T>(work: (tx: Tx) => Promise<T>, isCommitted: (() => Promise<boolean>) | null): Promise<T> => {
    const client = await connect()
    let done: { readonly result: T } | null = null
    try {
      await client.query('begin')
      done = { result: await work({ tx: true, query: (text, values) => client.query(text, values) }) }
      await client.query('commit')
    } catch (error) {
      // Before anybody asks: the question goes through the pool, where every connection may be in the same trouble.
      client.release(await undo(client, error))
      const translated = translate(error)
      // Only the word of the commit may be lost: then an answer that claims failure would be untrue.
      if (done !== null && translated instanceof StoreUnavailable && (await settles(isCommitted))) return done.result
      throw translated
    }
    client.release()
    return done.result
  }

  return {
    query: async (text, values) => {
      try {
        return await pool.query(text, values)
      } catch (error) {
        throw translate(error)
      }
    },
    withTransaction: async (work, isCommitted) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work, isCommitted ?? null)
        } catch (error) {
          if (!UNDONE.has(sqlStateOf(error) ?? '')) throw error
          if (attempt === TRIES)
            throw new StoreUnavailable('STORE_UNAVAILABLE', 'The database undid the work again and again', {
              cause: error,
            })
        }
      }
    },
    withConnection: async (work) => {
      const client = await connect()
      try {
        const result = await work(client)
        client.release()
        return result
      } catch (error) {
        // Nobody knows what it was in the middle of.
        client.release(error as Error)
        throw translate(error)
      }
    },
    close: () => pool.end(),
  }
}

/**
 * Undoes the transaction; returns what is wrong with the connection if it must not be used again. One that is in
 * trouble is not asked: on a dead path `rollback` would wait for as long as the statement before it did.
 */
async function undo(client: pg.PoolClient, error: unknown): Promise<Error | undefined> {
  if (isConnectionTrouble(error)) return error as Error
  return client.query('rollback').then(
    () => undefined,
    (reason: unknown) => reason as Error,
  )
}

const ASK_AGAIN_MS = [0, 100, 200, 400, 800, 1_600]
/** A question may itself meet a dead connection; the next one takes another. */
const QUESTION_LIMIT_MS = 1_000
/** Room for all the pauses when answers come at once. */
const QUESTIONS_LIMIT_MS = 3_500

/** Asks until the answer is yes; the database may be starting again, or still be busy with the commit. */
async function settles(isCommitted: (() => Promise<boolean>) | null): Promise<boolean> {
  if (isCommitted === null) return false
  const end = performance.now() + QUESTIONS_LIMIT_MS
  for (const pause of ASK_AGAIN_MS) {
    if (performance.now() + pause > end) return false
    await sleep(pause)
    const answer = isCommitted().catch(() => false)
    if (await Promise.race([answer, sleep(QUESTION_LIMIT_MS, false, { ref: false })])) return true
  }
  return false
}

/**
 * Connection trouble, a server that starts or stops, no space, no memory, a time limit: waiting helps. Everything
 * else is a fault of ours and stays what it is. Source: PostgreSQL, Appendix A (error codes).
 */
function translate(error: unknown): unknown {
  const state = sqlStateOf(error)
  const waitingHelps = isConnectionTrouble(error) || (state !== null && /^(08|53|57|58|55P03|25P03)/.test(state))
  return waitingHelps
    ? new StoreUnavailable('STORE_UNAVAILABLE', 'The database does not answer', { cause: error })
    : error
}

export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null
}

/** Whether a row with the same key was there before. */
export const isAlreadyThere = (error: unknown): boolean => sqlStateOf(error) === '23505'

/** Errors of sockets have codes like ECONNRESET; those of pg itself have only their words, and so has its own timer. */
function isConnectionTrouble(error: unknown): boolean {
  // Whatever PostgreSQL itself complains of, also a time limit, came over a connection that works.
  if (sqlStateOf(error) !== null) return false
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  return typeof message === 'string' && /connection terminated|timeout|not queryable/i.test(message)
}
