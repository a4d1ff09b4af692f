import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from './processes.mjs'
import { leaveBehind, onEnd } from './tidy.mjs'

/** Small enough that runs meet checkpoints, and recovery has something to read. */
const SETTINGS = { checkpoint_timeout: '30s', max_wal_size: '128MB', min_wal_size: '64MB' }
const TEMPLATE = 'faults_template'
const BACK_LIMIT_MS = 60_000

/**
 * A PostgreSQL of the harness's own, kept up by the product's supervisor, with a migrated and seeded template.
 * @param options.dir       folder for it
 * @param options.settings  PostgreSQL's own, besides ours
 */
export async function startPostgres(place, { dir = join(place.folder, 'postgres'), settings = {} } = {}) {
  const { startEmbeddedPostgres, openDatabase } = await place.load('store/index.js')
  const server = await startEmbeddedPostgres({ dir, role: 'owner', settings: { ...SETTINGS, ...settings } })
  const stop = onEnd(() => server.stop())
  const { host: folder, user } = server.connection
  leaveBehind('folder', folder)
  const urlOf = (name) => `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(folder)}`
  const open = (name) => {
    const connection = { ...server.connection, database: name }
    const database = openDatabase({ connection, poolSize: 4, statementTimeoutMs: 30_000, log: silent })
    const close = onEnd(() => database.close())
    return { ...database, close }
  }
  const administer = async (sql) => {
    const admin = open('postgres')
    await admin.query(sql)
    await admin.close()
  }
  await administer(`create database ${TEMPLATE}`)
  const keys = await seedTemplate(place, urlOf(TEMPLATE))
  let made = 0
  return {
    ...keys,
    /** for node:net's connect */
    target: { path: join(folder, '.s.PGSQL.5432') },
    /** the postmaster, now */
    pid: () => server.pid,
    /** A new database with everything in it that a gateway needs; `open` connects to it past any proxy. */
    newDatabase: async () => {
      const name = `faults_${++made}`
      await administer(`create database ${name} template ${TEMPLATE}`)
      return { name, open: () => open(name) }
    },
    /** The immediate end of every process of it, and a start with recovery. @returns milliseconds until it answers again */
    crash: async () => {
      const [before, startedAt] = [server.pid, Date.now()]
      send(before, 'SIGQUIT')
      const probe = open('postgres')
      try {
        for (const end = startedAt + BACK_LIMIT_MS; Date.now() < end; await sleep(20)) {
          if (server.pid === before) continue
          const answer = await probe.query('select 1').catch(() => null)
          if (answer !== null) return Date.now() - startedAt
        }
      } finally {
        await probe.close()
      }
      throw new Error('PostgreSQL did not come back')
    },
    stop,
  }
}

/** Keys and demo service as every sandbox makes them. */
async function seedTemplate(place, url) {
  const { loadConfig } = await place.load('config/index.js')
  const { openRuntime } = await place.load('runtime.js')
  const dataDir = join(place.folder, 'data')
  const config = loadConfig({ DATABASE_URL: url, ASTI_DATA_DIR: dataDir })
  const runtime = await openRuntime(config, { log: silent, role: 'owner', now: new Date() })
  const { sealer, sandbox } = runtime
  await runtime.close()
  return { sealer, sandbox, dataDir }
}

/** Connections are lost all the time here. */
export const silent = { debug() {}, info() {}, warn() {}, error() {} }
