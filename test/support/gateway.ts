import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { buildApp, type App } from '../../src/app.js'
import { systemClock, type Clock } from '../../src/clock.js'
import { loadConfig } from '../../src/config/index.js'
import { createLogger } from '../../src/log.js'
import { openRuntime, type Runtime } from '../../src/runtime.js'
import type { ServiceSettings, ServiceState } from '../../src/registration/index.js'
import { accounts, services, submissions, type Database } from '../../src/store/index.js'
import { readCertificate } from '../../src/trust/index.js'

/** A gateway in this process: real socket, real PostgreSQL (a clone of the migrated template), own clock if wished. */
export interface TestGateway {
  readonly origin: string
  readonly app: App
  readonly runtime: Runtime
  readonly db: Database
  readonly databaseUrl: string
  /** everything the gateway has logged, as text */
  logged(): string
  /** registers a service with a certificate */
  register(service: {
    authorityId: string
    serviceId: string
    certificatePem: string
    settings?: ServiceSettings
    /** test when missing; production is what a real recipient needs */
    state?: ServiceState
  }): Promise<void>
  openAccount(id: string, state?: 'active' | 'passive'): Promise<void>
  /** the message log's row of a trace id */
  submission(traceId: string): Promise<submissions.LoggedSubmission | null>
  count(table: 'message' | 'item' | 'submission' | 'attachment' | 'delivery'): Promise<number>
  close(): Promise<void>
}

const SOCKET = process.env['ASTI_TEST_SOCKET'] ?? ''
const DIR = process.env['ASTI_TEST_DIR'] ?? ''
const urlOf = (database: string): string =>
  `postgresql://postgres@localhost:5432/${database}?host=${encodeURIComponent(SOCKET)}`

/** A database of its own, cloned from the template. */
export async function cloneDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `t_${randomBytes(8).toString('hex')}`
  await administer(`create database ${name} template asti_template`)
  return { url: urlOf(name), drop: () => administer(`drop database if exists ${name} with (force)`) }
}

async function administer(sql: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: urlOf('postgres') })
    await client.connect()
    try {
      await client.query(sql)
      return
    } catch (error) {
      // Two workers that clone the template at the same moment get in each other's way (55006).
      if (attempt === 20 || (error as { code?: string }).code !== '55006') throw error
      await sleep(50 * attempt)
    } finally {
      await client.end()
    }
  }
}

export const testDataDir = DIR

export async function startGateway(
  options: {
    env?: Record<string, string>
    clock?: Clock
    databaseUrl?: string
    /** delivers what it takes; otherwise what is queued stays queued */
    delivers?: boolean
  } = {},
): Promise<TestGateway> {
  const own = options.databaseUrl === undefined ? await cloneDatabase() : null
  const databaseUrl = own?.url ?? options.databaseUrl!
  const config = loadConfig({ DATABASE_URL: databaseUrl, ASTI_DATA_DIR: DIR, PORT: '0', ...options.env })
  const lines: string[] = []
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = createLogger({ level: 'debug', destination })
  const clock = options.clock ?? systemClock
  const runtime = await openRuntime(config, { log, role: 'guest', now: new Date() })
  const app = buildApp(config, { runtime, log, clock })
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  if (options.delivers === true) app.delivering.start()
  const address = app.http.server.address() as { port: number }
  const { db, sealer } = runtime
  return {
    origin: `${config.tlsKeyFile === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    app,
    runtime,
    db,
    databaseUrl,
    logged: () => lines.join(''),
    register: async ({ authorityId, serviceId, certificatePem, settings = {}, state = 'test' }) => {
      const key = { authorityId, id: serviceId }
      await services.addService(db, { ...key, name: 'Testipalvelu', environment: 'test', state, settings })
      await services.addCertificate(db, key, readCertificate(certificatePem))
    },
    openAccount: (id, state = 'active') =>
      accounts.putAccount(db, sealer, {
        owner: id,
        idType: id.includes('-') && id.length === 9 ? 'CRN' : 'SSN',
        state,
      }),
    submission: (traceId) => submissions.findSubmission(db, traceId),
    count: async (table) => {
      const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from ${table}`)
      return rows[0]!.n
    },
    close: async () => {
      app.drain()
      await app.http.close()
      await app.delivering.stop(5_000)
      await runtime.close()
      await own?.drop()
    },
  }
}
