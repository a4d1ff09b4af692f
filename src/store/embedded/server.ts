import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { GatewayError } from '../../errors.js'
import type { Account } from './account.js'
import { dataFolderFor } from './cluster.js'
import { assertDurable } from './durable.js'
import { EmbeddedPostgresError } from './error.js'
import { giveToFolderOwner } from './files.js'
import { identify, isAlive, type ProcessId } from './processes.js'
import type { Runtime } from './runtime.js'
import { settingArguments } from './settings.js'

export interface Connection {
  host: string
  port: number
  user: string
  database: string
}

export interface Spawned {
  id: ProcessId
  child: ChildProcess
}

const POLL_MS = 15
const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/** Starts the server in a process group of its own, so that Ctrl-C reaches only the gateway, which stops it last. */
export async function spawnServer(options: {
  dir: string
  cluster: string
  account: Account
  runtime: Runtime
  socketFolder: string
  settings: Record<string, string>
}): Promise<Spawned> {
  const { account, runtime, socketFolder, settings } = options
  const { cwd, name } = dataFolderFor(options)
  const log = openLog(logFileIn(options.dir))
  try {
    const args = ['-D', name, ...settingArguments(socketFolder, settings)]
    const stdio: StdioOptions = ['ignore', log, log]
    const child = spawn(runtime.postgres, args, { ...account, cwd, env: runtime.env, detached: true, stdio })
    await once(child)
    child.unref()
    return { child, id: identify(child.pid!) ?? { pid: child.pid!, startedAt: '' } }
  } finally {
    closeSync(log)
  }
}

/**
 * Waits until the server answers, asserts that it is durable and that sessions keep values out of its log.
 * Returns false when the server ended or was told to stop meanwhile.
 * @throws EmbeddedPostgresError when it does not answer within the limit; UnavailableError STORE_NOT_DURABLE
 */
export async function becomesReady(
  connection: Connection,
  { id, limitMs, signal }: { id: ProcessId; limitMs: number; signal?: AbortSignal },
): Promise<boolean> {
  for (const until = Date.now() + limitMs; ; await sleep(POLL_MS)) {
    signal?.throwIfAborted()
    if (await answers(connection)) return true
    if (!isAlive(id)) return false
    if (Date.now() > until) throw new EmbeddedPostgresError(`PostgreSQL (process ${id.pid}) does not answer.`)
  }
}

/** The last reason the server gave for ending; its log speaks of files and settings then, not of rows. */
export function lastFatalLine(dir: string): string {
  const lines = readFileSync(logFileIn(dir), 'utf8').trimEnd().split('\n').slice(-20)
  const line = lines.findLast((text) => /FATAL|PANIC|error while loading/.test(text)) ?? lines.at(-1) ?? ''
  return line.replace(/^.*?(FATAL|PANIC):\s*/, '')
}

export function logFileIn(dir: string): string {
  return `${dir}/postgres.log`
}

async function answers(connection: Connection): Promise<boolean> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000, query_timeout: 30_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await assertDurable((sql) => client.query<Record<string, string>>(sql))
    await keepValuesOutOfLog(client)
    return true
  } catch (error) {
    if (mayPass(error)) return false
    throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}

// Not listening yet, cut off, starting, stopping, or out of connections for the moment (SQLSTATE classes 57 and 53).
function mayPass(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^5[37]/.test(error.code ?? '')
  return !(error instanceof GatewayError)
}

// The text of an error may quote the value it is about, even without DETAIL. Sessions get the error as an answer, so
// only the server's own processes need to log theirs. A setting of the role reaches sessions alone.
async function keepValuesOutOfLog(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ level: string }>("select current_setting('log_min_messages') as level")
  if (rows[0]?.level !== 'fatal') await client.query("alter role postgres set log_min_messages = 'fatal'")
}

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`)
  const log = openSync(path, 'a', 0o600)
  giveToFolderOwner(path)
  return log
}

function once(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(new EmbeddedPostgresError('PostgreSQL cannot be started here.', { cause })))
  })
}
