import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type pg from 'pg'
import { ensureEpoch } from './changes.js'
import type { Database, Queryable } from './database.js'
import { ensurePartitions } from './partitions.js'

const MIGRATIONS = fileURLToPath(new URL('../../src/store/migrations', import.meta.url))
/** Any number; gateways that start together take turns. */
const LOCK = 4_151_010

/**
 * Brings the schema to the newest version and makes the months' partitions; does nothing on a current database.
 * @returns names of the migrations that were run
 */
export function migrate(database: Database, now: Date): Promise<string[]> {
  return database.withConnection(async (client) => {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    try {
      const run = await runMigrations(client)
      await ensurePartitions(client, now)
      await ensureEpoch(client)
      return run
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK])
    }
  })
}

async function runMigrations(client: pg.PoolClient): Promise<string[]> {
  const run = await runner({
    dbClient: client as unknown as pg.Client,
    dir: MIGRATIONS,
    direction: 'up',
    migrationsTable: 'schema_migration',
    noLock: true,
    verbose: false,
    log: () => undefined,
  })
  return run.map((migration) => migration.name)
}

/** The migrations that the database has been through, oldest first. */
export async function listMigrations(db: Queryable): Promise<{ name: string; runAt: Date }[]> {
  const { rows } = await db.query<{ name: string; runAt: Date }>(
    `select name, run_on at time zone current_setting('TimeZone') as "runAt" from schema_migration order by id`,
  )
  return rows
}

/** The tables with what their comments say of them, without the months' partitions. */
export async function listTables(db: Queryable): Promise<{ name: string; about: string | null }[]> {
  const { rows } = await db.query<{ name: string; about: string | null }>(
    `select c.relname as name, obj_description(c.oid, 'pg_class') as about from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  )
  return rows
}
