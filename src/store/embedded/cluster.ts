import { chownSync, mkdirSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from './account.js'
import { EmbeddedPostgresError } from './error.js'
import { syncFolder } from './files.js'
import type { Runtime } from './runtime.js'
import { platformSettings } from './settings.js'

// Keys sort by code point, which no update of ICU or glibc changes; Finnish order is asked for in queries.
const INITDB_ARGUMENTS = [
  '--username=postgres',
  '--auth-local=trust', // the socket folder is the door: only our own account can enter it
  '--auth-host=reject',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--no-instructions',
]

interface Place {
  dir: string
  cluster: string
  account: Account
}

/** Makes the cluster unless it is there. Returns whether it was made. */
export async function ensureCluster(place: Place, runtime: Runtime, mayCreate: boolean): Promise<boolean> {
  const { dir, cluster } = place
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    assertSameMajor(cluster, runtime.major)
    return false
  }
  if (!mayCreate) throw new EmbeddedPostgresError(`The database in ${cluster} has disappeared.`)
  removeUnfinished(dir)
  const unfinished = `${cluster}.new-${process.pid}`
  await initialise({ ...place, cluster: unfinished }, runtime)
  putInPlace(unfinished, cluster)
  syncFolder(dir)
  return true
}

/**
 * Where the program stands and what it calls its data folder. As root the unprivileged account may be unable to walk to
 * the folder (a clone under /root, mode 0700). The process is put into the folder before it gives up root, and this
 * name then leads there without a walk.
 */
export function dataFolderFor({ cluster, account }: Place): { cwd: string; name: string } {
  const walkless = account.uid !== undefined && process.platform === 'linux'
  return walkless ? { cwd: cluster, name: '/proc/self/cwd' } : { cwd: '/', name: cluster }
}

function assertSameMajor(cluster: string, major: string): void {
  const found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (found === major) return
  throw new EmbeddedPostgresError(
    `The database in ${cluster} was made by PostgreSQL ${found}, and the programs installed here are ${major}: ` +
      `export it with the gateway that made it and import it here.`,
  )
}

function removeUnfinished(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name.startsWith('cluster.new-')) rmSync(join(dir, name), { recursive: true, force: true })
  }
}

async function initialise(place: Place, { initdb, env }: Runtime): Promise<void> {
  const { cluster, account } = place
  mkdirSync(cluster, { mode: 0o700 })
  if (account.uid !== undefined) chownSync(cluster, account.uid, account.gid)
  const { cwd, name } = dataFolderFor(place)
  try {
    await promisify(execFile)(initdb, [`--pgdata=${name}`, ...INITDB_ARGUMENTS, ...platformArguments()], {
      ...account,
      cwd,
      env,
    })
  } catch (cause) {
    rmSync(cluster, { recursive: true, force: true })
    throw new EmbeddedPostgresError(explain(cause as Error & { stderr?: string }), { cause })
  }
}

// initdb runs a server too, which needs its shared memory as the later one does.
function platformArguments(): string[] {
  return Object.entries(platformSettings()).map(([name, value]) => `--set=${name}=${value}`)
}

function explain({ message, stderr = '' }: Error & { stderr?: string }): string {
  if (stderr.includes('could not look up effective user ID')) {
    return `PostgreSQL needs a line in /etc/passwd for the user we run as (${process.getuid?.() ?? '?'}).`
  }
  if (message.includes('ENOENT')) {
    return 'The PostgreSQL programs cannot run on this system; they need glibc 2.27 or newer (Alpine has none).'
  }
  const reason = stderr.split('\n').find((line) => /FATAL|PANIC|error/.test(line)) ?? stderr.split('\n')[0] ?? ''
  return `PostgreSQL could not make a new database (${reason.trim()}).`
}

function putInPlace(unfinished: string, cluster: string): void {
  try {
    renameSync(unfinished, cluster)
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new EmbeddedPostgresError(`The folder ${cluster} is in the way: it holds no database.`, { cause })
  }
}
