import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { findPostmaster, stopPostmaster } from '../../src/store/embedded/postmaster.js'
import { identify, postgresProcessesIn, sendSignal } from '../../src/store/embedded/processes.js'
import { shortFolder } from '../../src/store/embedded/socket-folder.js'
import type { Queryable } from '../../src/store/index.js'
import { compileSources } from './compiled.js'

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A gateway as `npm start` runs it: a process of its own with a data folder and a port of its own. */
export interface GatewayProcess {
  readonly pid: number
  readonly port: number
  readonly origin: string
  readonly dataDir: string
  /** resolves when the process is gone */
  readonly ended: Promise<Ended>
  readonly stdout: () => string
  readonly stderr: () => string
  /** `toGroup` signals everything that the process's terminal would, as Ctrl-C does */
  readonly signal: (name: NodeJS.Signals, options?: { toGroup: boolean }) => void
  /** kill -9; resolves when the process is gone */
  readonly kill: () => Promise<Ended>
  /** SIGTERM; resolves when the process is gone */
  readonly stop: () => Promise<Ended>
}

export interface GatewayOptions {
  /** one of its own when missing: for `startGatewayProcess` a prepared one, for the others a new one */
  readonly dataDir?: string
  /** a free one when missing */
  readonly port?: number
  readonly env?: Record<string, string>
}

/** A process that was started, whether or not it ever serves. */
export type StartedProcess = Omit<GatewayProcess, 'origin'>

/** Two to three seconds as a rule; the limit is for a machine that has much else to do. */
const START_LIMIT_MS = 60_000
/** For jest: what a file of such tests may need on the same machine. */
export const PROCESS_TEST_LIMIT_MS = 240_000

const children = new Map<ChildProcess, Promise<Ended>>()
const folders = new Set<string>()
const databases = new Set<string>()
const servers = new Set<Server>()
const endings = new Set<() => void>()

/** A name for a data folder that does not exist yet; it is removed, with what runs in it, by `tidyUp`. */
export function newDataDir(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'asti-process-')))
  folders.add(folder)
  return join(folder, 'data')
}

/** A copy of the folder of a gateway that has run once: making a database takes longer than most tests. */
export async function preparedDataDir(): Promise<string> {
  const dataDir = newDataDir()
  await promisify(execFile)('cp', ['-a', await usedDataDir(), dataDir])
  return dataDir
}

/** Made once for the whole run; two test files that begin together both make one, and one of the two is kept. */
async function usedDataDir(): Promise<string> {
  const folder = join(process.env['ASTI_TEST_DIR'] ?? '', 'used-gateway')
  if (existsSync(folder)) return folder
  const draft = `${folder}.${randomUUID()}`
  const gateway = await startGatewayProcess({ dataDir: draft })
  await gateway.stop()
  try {
    renameSync(draft, folder)
  } catch {
    rmSync(draft, { recursive: true })
  }
  return folder
}

/** Starts a gateway and waits until it serves. */
export async function startGatewayProcess(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const gateway = await launchGatewayProcess({ ...options, dataDir: options.dataDir ?? (await preparedDataDir()) })
  await untilServing(gateway)
  return { ...gateway, origin: originOf(gateway.port) }
}

/** Starts a gateway and waits until it has ended by itself. */
export async function runGatewayProcess(options: GatewayOptions): Promise<Ended & { stdout: string; stderr: string }> {
  const gateway = await launchGatewayProcess(options)
  const ended = await gateway.ended
  return { ...ended, stdout: gateway.stdout(), stderr: gateway.stderr() }
}

/** Starts a gateway and waits for nothing. */
export async function launchGatewayProcess({ dataDir, port, env }: GatewayOptions = {}): Promise<StartedProcess> {
  const folder = dataDir ?? newDataDir()
  const chosen = port ?? (await freePort())
  const child = spawn(process.execPath, [join(await compileSources(), 'dist', 'main.js')], {
    // Nothing of ours but what every program gets: the gateway refuses ASTI_ names that it does not know.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: String(chosen), ASTI_DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  children.set(child, ended)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  }
  const pid = child.pid!
  const signalAndWait = (name: NodeJS.Signals): Promise<Ended> => {
    sendSignal(pid, name)
    return ended
  }
  return {
    pid,
    port: chosen,
    dataDir: folder,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    signal: (name, { toGroup } = { toGroup: false }) => sendSignal(toGroup ? -pid : pid, name),
    kill: () => signalAndWait('SIGKILL'),
    stop: () => signalAndWait('SIGTERM'),
  }
}

async function untilServing(gateway: StartedProcess): Promise<void> {
  let ended: Ended | undefined
  void gateway.ended.then((how) => (ended = how))
  await until(() => ended !== undefined || gateway.stdout().includes('"gateway.started"'), START_LIMIT_MS)
  if (ended !== undefined) {
    throw new Error(`The gateway ended with ${ended.code ?? ended.signal ?? '?'} at its start:\n${gateway.stderr()}`)
  }
}

/** Ends every process that these functions started and removes what it kept, also after a failed test; for afterEach. */
export async function tidyUp(): Promise<void> {
  for (const end of endings) end()
  endings.clear()
  for (const child of children.keys()) child.kill('SIGKILL')
  await Promise.all(children.values())
  children.clear()
  for (const server of servers) server.close()
  servers.clear()
  for (const folder of folders) {
    const postgres = postgresFolder(join(folder, 'data'))
    const running = findPostmaster(join(postgres, 'cluster'))
    if (running !== undefined) await stopPostmaster(running.id)
    if (existsSync(postgres)) rmSync(shortFolder(postgres), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  folders.clear()
  for (const name of databases) await inTestServer((client) => client.query(`drop database ${name} with (force)`))
  databases.clear()
}

/** Has `tidyUp` end something else too, before the processes. */
export function alsoTidy(end: () => void): void {
  endings.add(end)
}

/** A port that nobody uses, below those the system gives to callers, so that it is still free for a second start. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) return port
  }
}

/** Whether the port could be listened on now. */
export async function isFree(port: number): Promise<boolean> {
  const server = await listenOn(port).catch(() => null)
  if (server === null) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

/** Takes a port until `tidyUp`. */
export async function takePort(port: number): Promise<void> {
  servers.add(await listenOn(port))
}

function listenOn(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** Whether somebody listens on the port. */
export function answersOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

export const originOf = (port: number): string => `http://127.0.0.1:${port}`

/** Number of the embedded server's first process; undefined when none runs. */
export function postmasterOf(dataDir: string): number | undefined {
  return findPostmaster(clusterOf(dataDir))?.id.pid
}

/** Folder of the embedded server's socket, which may be outside of the data folder; undefined when none runs. */
export function socketFolderOf(dataDir: string): string | undefined {
  return findPostmaster(clusterOf(dataDir))?.socketFolder
}

/** Every process of the embedded server. */
export function postgresProcessesOf(dataDir: string): number[] {
  return existsSync(clusterOf(dataDir)) ? postgresProcessesIn(clusterOf(dataDir)) : []
}

/** The process that shuts the embedded server down when the gateway is killed. */
export function watchdogOf(dataDir: string): number {
  const book = readFileSync(join(postgresFolder(dataDir), 'ownership.json'), 'utf8')
  return (JSON.parse(book) as { watchdog: { pid: number } }).watchdog.pid
}

export const isRunning = (pid: number): boolean => identify(pid) !== undefined

/** kill -9 of everything at once, as far as a test can play a power cut. */
export function killEverything(gateway: GatewayProcess): Promise<Ended> {
  for (const pid of [gateway.pid, watchdogOf(gateway.dataDir), ...postgresProcessesOf(gateway.dataDir)]) {
    sendSignal(pid, 'SIGKILL')
  }
  return gateway.ended
}

/** Lets `work` ask the database of a gateway whose embedded server runs. */
export function inDatabaseOf<T>({ dataDir }: { dataDir: string }, work: (db: Queryable) => Promise<T>): Promise<T> {
  const running = findPostmaster(clusterOf(dataDir))
  if (running === undefined) throw new Error(`No PostgreSQL runs in ${dataDir}`)
  return asking({ host: running.socketFolder, port: running.port, user: 'postgres', database: 'postgres' }, work)
}

export function inDatabase<T>(url: string, work: (db: Queryable) => Promise<T>): Promise<T> {
  return asking({ connectionString: url }, work)
}

async function asking<T>(connection: pg.ClientConfig, work: (db: Queryable) => Promise<T>): Promise<T> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work({ query: (text, values) => client.query(text, values) })
  } finally {
    await client.end().catch(() => undefined)
  }
}

const socketFolder = (): string => process.env['ASTI_TEST_SOCKET'] ?? ''

/** The socket of the test run's own PostgreSQL. */
export const testServerSocket = (): string => join(socketFolder(), '.s.PGSQL.5432')

/** An empty database in the test run's own PostgreSQL; `tidyUp` drops it. */
export async function emptyDatabase(): Promise<{ name: string; url: string }> {
  const name = `p_${randomBytes(8).toString('hex')}`
  await inTestServer((client) => client.query(`create database ${name} template template0`))
  databases.add(name)
  const url = `postgresql://postgres@localhost:5432/${name}?host=${encodeURIComponent(socketFolder())}`
  return { name, url }
}

function inTestServer<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
  return asking({ host: socketFolder(), port: 5432, user: 'postgres', database: 'postgres' }, work)
}

export async function until(holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(10)) {
    if (Date.now() > end) throw new Error(`did not come true within ${limitMs} ms: ${holds.toString()}`)
  }
}

const postgresFolder = (dataDir: string): string => join(dataDir, 'postgres')
const clusterOf = (dataDir: string): string => join(postgresFolder(dataDir), 'cluster')
