import { join } from 'node:path'
import type { Config } from './config/index.js'
import { loadKeys } from './keys/index.js'
import type { Log } from './log.js'
import { makeSandboxFiles, seedSandbox, type SandboxFiles } from './sandbox/index.js'
import {
  accounts,
  assertDurable,
  createSealer,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  type Database,
  type EmbeddedPostgres,
  type Sealer,
} from './store/index.js'
import { createCertificateJudge } from './trust/index.js'

/** The database and the keys, ready to use: what the gateway and every command stand on. */
export interface Runtime {
  readonly db: Database
  /** More connections to the same database, apart from those that requests use; whoever opens them closes them. */
  readonly openPool: (size: number) => Database
  readonly sealer: Sealer
  /** whether a registered certificate could sign a request now */
  readonly canSign: ReturnType<typeof createCertificateJudge>
  /** null in production */
  readonly sandbox: SandboxFiles | null
  readonly embedded: EmbeddedPostgres | null
  close(): Promise<void>
}

/**
 * Brings the database up, checks that it keeps what it confirms, and brings its schema and the sandbox's seed up to date.
 * @param role  the gateway owns an embedded server; a command joins one that runs, or starts one for its own time
 */
export async function openRuntime(
  config: Config,
  { log, role, now }: { log: Log; role: 'owner' | 'guest'; now: Date },
): Promise<Runtime> {
  const sandbox = config.mode === 'sandbox' ? await makeSandboxFiles(config.dataDir) : null
  const keys = loadKeys(
    config.identityKeyFile ?? sandbox!.identityKeyFile,
    config.sealingKeyFiles ?? [sandbox!.sealingKeyFile],
  )
  const sealer = createSealer(keys)
  const embedded = config.databaseUrl === undefined ? await startEmbedded(config.dataDir, role, log) : null
  const connection = embedded?.connection ?? { connectionString: config.databaseUrl!.reveal() }
  const { statementTimeoutMs } = config
  const openPool = (poolSize: number): Database => openDatabase({ connection, poolSize, statementTimeoutMs, log })
  const db = openPool(config.databasePoolSize)
  const close = async (): Promise<void> => {
    await db.close()
    await embedded?.stop()
  }
  try {
    await assertDurable((sql) => db.query<Record<string, string>>(sql))
    for (const migration of await migrate(db, now)) log.info({ event: 'database.migrated', migration })
    await accounts.placeAccounts(db, sealer)
    if (sandbox !== null) await seedSandbox(db, sealer, sandbox)
    const { caFiles, revocation } = config
    const canSign = createCertificateJudge({ usesStatus: caFiles !== undefined, revocation })
    return { db, openPool, sealer, canSign, sandbox, embedded, close }
  } catch (error) {
    await close()
    throw error
  }
}

function startEmbedded(dataDir: string, role: 'owner' | 'guest', log: Log): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dir: join(dataDir, 'postgres'), role, onEvent: (event) => log.info(event) })
}
