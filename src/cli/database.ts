import type { Command } from 'commander'
import { printTable, shown } from './layout.js'
import { addExamples, jsonOption } from './options.js'
import { withSession } from './session.js'
import type { Terminal } from './terminal.js'

export function addDatabaseCommands(program: Command, terminal: Terminal): void {
  const migrate = program
    .command('migrate')
    .description('bring the database to the newest version; every other command and the gateway do so at their start')
    .action(() => runMigrations(terminal))
  addExamples(migrate, ['migrate', 'npm run db:migrate'])
  const schema = program
    .command('schema')
    .description('show the migrations that the database has been through, and its tables')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => showSchema(terminal, options))
  addExamples(schema, ['schema', 'schema --json', 'npm run db:schema'])
}

async function runMigrations(terminal: Terminal): Promise<void> {
  const migrated = await withSession(terminal, (session) => Promise.resolve(session.migrated))
  for (const name of migrated) terminal.out(`Ran ${name}.`)
  if (migrated.length === 0) terminal.out('The database is up to date; nothing was to be done.')
}

async function showSchema(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { listMigrations, listTables } = await import('../store/index.js')
  const { migrations, tables } = await withSession(terminal, async ({ db }) => ({
    migrations: await listMigrations(db),
    tables: await listTables(db),
  }))
  if (json === true) return terminal.json({ migrations, tables })
  printTable(
    terminal,
    ['MIGRATION', 'RAN'],
    migrations.map(({ name, runAt }) => [name, shown(runAt)]),
  )
  terminal.out('')
  printTable(
    terminal,
    ['TABLE', 'WHAT IT HOLDS'],
    tables.map(({ name, about }) => [name, shown(about)]),
  )
}
