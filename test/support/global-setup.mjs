import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../dist/config/index.js'
import { createLogger } from '../../dist/log.js'
import { openRuntime } from '../../dist/runtime.js'
import { startEmbeddedPostgres } from '../../dist/store/index.js'

/**
 * One throw-away PostgreSQL for the whole run, migrated and seeded once as a template that each test clones. Tests find
 * it through ASTI_TEST_*, which the gateway itself never reads.
 */
export default async function setup() {
  const dir = mkdtempSync(join(tmpdir(), 'asti-test-'))
  const server = await startEmbeddedPostgres({ dir: join(dir, 'postgres'), role: 'owner' })
  const url = databaseUrl(server.connection, 'postgres')
  const config = loadConfig({ DATABASE_URL: url, ASTI_DATA_DIR: dir })
  const runtime = await openRuntime(config, { log: createLogger({ level: 'error' }), role: 'owner', now: new Date() })
  await runtime.db.query('create database asti_template')
  await runtime.close()
  const template = await openRuntime(
    loadConfig({ DATABASE_URL: databaseUrl(server.connection, 'asti_template'), ASTI_DATA_DIR: dir }),
    {
      log: createLogger({ level: 'error' }),
      role: 'owner',
      now: new Date(),
    },
  )
  await template.close()
  process.env.ASTI_TEST_SOCKET = server.connection.host
  process.env.ASTI_TEST_DIR = dir
  globalThis.asiointitiliTestServer = { server, dir }
}

function databaseUrl({ host, port, user }, database) {
  return `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}
