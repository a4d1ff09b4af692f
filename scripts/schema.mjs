/**
 * Prints the schema of the migrated database as SQL, always in the same order; month partitions are left out.
 *
 *   npm run db:schema             of a fresh database that is made, migrated and thrown away
 *   npm run db:schema -- --write  puts that into docs/schema.sql
 *   DATABASE_URL=… npm run db:schema   of that database, just as it is
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, root } from './prepare.mjs'

const HEADER = `-- The schema of a migrated database, made by: npm run db:schema -- --write
-- Do not edit; change it by a migration in src/store/migrations. Month partitions are left out.
`

const TABLES = `
  select c.oid, c.relname as name, obj_description(c.oid) as comment,
    case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname`

const COLUMNS = `
  select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
    pg_get_expr(d.adbin, d.adrelid) as preset, a.attidentity as identity, a.attgenerated as generated,
    case when a.attstorage <> t.typstorage then a.attstorage end as storage, col_description(a.attrelid, a.attnum) as comment
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
  order by a.attnum`

// Not-null constraints ('n', new in PostgreSQL 18) are told with the columns.
const CONSTRAINTS = `
  select pg_get_constraintdef(oid, true) as definition from pg_constraint
  where conrelid = $1 and contype in ('p', 'u', 'f', 'c', 'x')
  order by array_position('{p,u,f,c,x}', contype::text), conname`

const INDEXES = `
  select pg_get_indexdef(i.indexrelid, 0, true) as definition
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = $1 and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
  order by c.relname`

const SEQUENCES = `
  select s.relname as name from pg_class s join pg_namespace n on n.oid = s.relnamespace
  where n.nspname = 'public' and s.relkind = 'S' and not exists (select from pg_depend d where d.objid = s.oid and d.deptype in ('a', 'i'))
  order by s.relname`

// Nothing of these kinds is there yet; whatever comes is told in PostgreSQL's own words.
const OTHERS = `
  select * from (
    select 'create view ' || c.relname || ' as' || chr(10) || pg_get_viewdef(c.oid, true) as definition
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
    union all
    select pg_get_functiondef(p.oid) || ';' from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
    union all
    select pg_get_triggerdef(t.oid, true) || ';' from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = 'public'::regnamespace and not t.tgisinternal and not c.relispartition
  ) other order by definition`

const STORAGE = { p: 'plain', e: 'external', m: 'main', x: 'extended' }
const literal = (text) => `'${text.replaceAll("'", "''")}'`

/** @param {{ query: (sql: string, values?: unknown[]) => Promise<{ rows: any[] }> }} db */
async function describe(db) {
  const rows = async (sql, values = []) => (await db.query(sql, values)).rows
  const parts = [HEADER]
  for (const { name } of await rows(SEQUENCES)) parts.push(`create sequence ${name};\n`)
  for (const table of await rows(TABLES)) parts.push(await describeTable(rows, table))
  for (const { definition } of await rows(OTHERS)) parts.push(`${definition}\n`)
  return parts.join('\n')
}

async function describeTable(rows, { oid, name, comment, partition_key: partitionKey }) {
  const columns = await rows(COLUMNS, [oid])
  const constraints = await rows(CONSTRAINTS, [oid])
  const indexes = await rows(INDEXES, [oid])
  const inside = [...columns.map(columnText), ...constraints.map(({ definition }) => definition)]
  const end = partitionKey === null ? ')' : `) partition by ${partitionKey}`
  const lines = [`create table ${name} (`, inside.map((line) => `  ${line}`).join(',\n'), `${end};`]
  for (const { name: column, storage } of columns)
    if (storage !== null) lines.push(`alter table ${name} alter ${column} set storage ${STORAGE[storage]};`)
  // "ON ONLY" is how PostgreSQL shows an index of a partitioned table; every partition has it too.
  for (const { definition } of indexes) lines.push(`${definition.replace(' ON ONLY ', ' ON ')};`)
  if (comment !== null) lines.push(`comment on table ${name} is ${literal(comment)};`)
  for (const { name: column, comment: text } of columns)
    if (text !== null) lines.push(`comment on column ${name}.${column} is ${literal(text)};`)
  return `${lines.join('\n')}\n`
}

function columnText({ name, type, required, preset, identity, generated }) {
  const by =
    identity === 'a' ? ' generated always as identity' : identity === 'd' ? ' generated by default as identity' : ''
  const value = generated
    ? ` generated always as (${preset}) ${generated === 's' ? 'stored' : 'virtual'}`
    : preset === null
      ? ''
      : ` default ${preset}`
  return `${name} ${type}${required ? ' not null' : ''}${value}${by}`
}

async function describeAt(connection) {
  const { default: pg } = await import('pg')
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query('set search_path to public')
    return await describe(client)
  } finally {
    await client.end()
  }
}

/** A database of its own: embedded PostgreSQL in a folder that is removed again. */
async function describeFresh() {
  build()
  const { migrate, openDatabase, startEmbeddedPostgres } = await import('../dist/store/index.js')
  const dir = mkdtempSync(join(tmpdir(), 'asti-schema-'))
  const server = await startEmbeddedPostgres({ dir: join(dir, 'postgres'), role: 'owner' })
  try {
    const log = { warn: (line) => console.error(line) }
    const db = openDatabase({ connection: server.connection, poolSize: 2, statementTimeoutMs: 60_000, log })
    await migrate(db, new Date())
    await db.close()
    return await describeAt(server.connection)
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

const url = process.env.DATABASE_URL
const text = url ? await describeAt({ connectionString: url }) : await describeFresh()
if (process.argv.includes('--write')) writeFileSync(join(root, 'docs', 'schema.sql'), text)
else process.stdout.write(text)
