import { UnavailableError } from '../../errors.js'

const QUERY = `select current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('data_checksums') as data_checksums,
  current_setting('synchronous_standby_names') as synchronous_standby_names`

/**
 * Refuses a server that could lose a row after its commit was acknowledged, or could return a damaged one unnoticed.
 *
 * `synchronous_commit`: every value but `off` waits for the flush to the local disk, so without synchronous standbys
 * `on`, `local`, `remote_write` and `remote_apply` mean the same. With `synchronous_standby_names` set, success promises
 * a flushed copy on the standbys too; `local` does not wait for them at all and `remote_write` not for their flush.
 * @param query  runs one statement as the gateway does, because a role or a database may have settings of its own
 * @throws UnavailableError  STORE_NOT_DURABLE, naming every setting that is wrong
 * Source: PostgreSQL 18 documentation, 19.5.1 (Write Ahead Log, Settings), 28.2 (Data Checksums)
 */
export async function assertDurable(
  query: (sql: string) => Promise<{ rows: Record<string, string>[] }>,
): Promise<void> {
  const settings = (await query(QUERY)).rows[0] ?? {}
  const wrong = [
    ...['fsync', 'full_page_writes', 'data_checksums']
      .filter((name) => settings[name] !== 'on')
      .map((name) => `${name} is ${settings[name] ?? 'unknown'} and must be on`),
    ...synchronousCommitProblem(settings),
  ]
  if (wrong.length === 0) return
  throw new UnavailableError('STORE_NOT_DURABLE', `The PostgreSQL server could lose messages: ${wrong.join('; ')}.`)
}

function synchronousCommitProblem(settings: Record<string, string>): string[] {
  const value = settings['synchronous_commit'] ?? 'unknown'
  const accepted = settings['synchronous_standby_names'] === '' ? LOCAL_FLUSH : STANDBY_FLUSH
  return accepted.includes(value) ? [] : [`synchronous_commit is ${value} and must be ${accepted.join(' or ')}`]
}

const STANDBY_FLUSH = ['on', 'remote_apply']
const LOCAL_FLUSH = [...STANDBY_FLUSH, 'remote_write', 'local']
