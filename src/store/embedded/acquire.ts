import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountFor } from './account.js'
import { ensureCluster } from './cluster.js'
import { EmbeddedPostgresError } from './error.js'
import { livingOwner, memberFor, othersThan, readOwnership, writeOwnership } from './ownership.js'
import type { Ownership, Role } from './ownership.js'
import { clearStaleLocks, findPostmaster, outwait, stopPostmaster, type Postmaster } from './postmaster.js'
import type { ProcessId } from './processes.js'
import { prepareRuntime } from './runtime.js'
import { becomesReady, lastFatalLine, spawnServer, type Connection, type Spawned } from './server.js'
import { makeSocketFolder, PORT } from './socket-folder.js'
import { withStartLock } from './start-lock.js'
import { armWatchdog, retireForeign, type Watchdog } from './watchdog.js'

/** Recovery after a crash reads up to max_wal_size of log, which slow disks take minutes for. */
export const START_LIMIT_MS = 300_000

export interface Request {
  dir: string
  role: Role
  token: string
  settings: Record<string, string>
  /** a restart never makes a new, empty database in place of one that disappeared */
  mayCreate: boolean
  signal: AbortSignal
}

/** A server we may use. With a watchdog it is ours: we watch it and we stop it. */
export interface Holding {
  connection: Connection
  id: ProcessId
  watchdog: Watchdog | undefined
  /** what this call did */
  how: 'started' | 'adopted' | 'joined'
  fresh: boolean
  /** present when the server is our own child */
  spawned: Spawned | undefined
}

/** Joins, takes over or starts the server, whichever the others in the folder leave to us. */
export async function acquire(request: Request): Promise<Holding> {
  const { dir, signal } = request
  // The socket within must be reachable for the server's account when we are root.
  mkdirSync(dir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  for (const until = Date.now() + START_LIMIT_MS; ; await sleep(25)) {
    const holding = await withStartLock({ dir, signal, waitMs: START_LIMIT_MS }, () => attempt(request))
    if (holding !== undefined) return holding
    if (Date.now() > until) throw new EmbeddedPostgresError(`The owner of ${dir} does not bring PostgreSQL up.`)
  }
}

/** Undefined: somebody else is in the middle of something, look again. */
async function attempt(request: Request): Promise<Holding | undefined> {
  const { dir, role, token } = request
  const book = readOwnership(dir)
  const owner = livingOwner(book)
  const running = findPostmaster(clusterIn(dir))
  const answering = running !== undefined && running.status !== 'stopping'
  if (owner !== undefined && owner.token !== token && (owner.role === 'owner' || role === 'guest')) {
    return answering ? joinRunning(request, book, running) : undefined
  }
  if (role === 'guest' && answering && !book.managed) return joinRunning(request, book, running)
  retireForeign(book.watchdog)
  return takeCharge(request, book)
}

async function joinRunning(request: Request, book: Ownership, running: Postmaster): Promise<Holding | undefined> {
  const { id } = running
  const connection = connectionTo(running.socketFolder, running.port)
  if (!(await becomesReady(connection, { id, limitMs: START_LIMIT_MS, signal: request.signal }))) return undefined
  writeOwnership(request.dir, { ...book, members: membersWith(request, book) })
  return { connection, id, watchdog: undefined, how: 'joined', fresh: false, spawned: undefined }
}

async function takeCharge(request: Request, book: Ownership): Promise<Holding | undefined> {
  const running = findPostmaster(clusterIn(request.dir))
  if (running?.status === 'stopping') {
    await outwait(running.id)
    return undefined
  }
  const holding = running === undefined ? await start(request) : await adopt(request, running)
  if (holding === undefined) return undefined
  const watchdog = holding.watchdog?.id ?? null
  const members = membersWith(request, book)
  writeOwnership(request.dir, { owner: request.token, managed: true, watchdog, members })
  return holding
}

async function adopt({ dir, signal }: Request, running: Postmaster): Promise<Holding | undefined> {
  const { id } = running
  const watchdog = armWatchdog(clusterIn(dir), id.pid)
  const connection = connectionTo(running.socketFolder, running.port)
  const holding: Holding = { connection, id, watchdog, how: 'adopted', fresh: false, spawned: undefined }
  return ready(holding, signal)
}

async function start({ dir, settings, mayCreate, signal }: Request): Promise<Holding | undefined> {
  const cluster = clusterIn(dir)
  const account = accountFor(cluster)
  const runtime = prepareRuntime({ dir, account })
  const fresh = await ensureCluster({ dir, cluster, account }, runtime, mayCreate)
  const socketFolder = makeSocketFolder(dir, account)
  await clearStaleLocks(cluster, socketFolder)
  const spawned = await spawnServer({ dir, cluster, account, runtime, socketFolder, settings })
  const { id } = spawned
  const watchdog = armWatchdog(cluster, id.pid)
  const connection = connectionTo(socketFolder, PORT)
  try {
    const holding = await ready({ connection, id, watchdog, how: 'started', fresh, spawned }, signal)
    if (holding !== undefined) return holding
  } catch (error) {
    await stopPostmaster(id)
    throw error
  }
  throw new EmbeddedPostgresError(`PostgreSQL ended while starting (${lastFatalLine(dir)}); see ${dir}/postgres.log.`)
}

async function ready(holding: Holding, signal: AbortSignal): Promise<Holding | undefined> {
  const { connection, id, watchdog } = holding
  try {
    if (await becomesReady(connection, { id, limitMs: START_LIMIT_MS, signal })) return holding
  } catch (error) {
    watchdog?.retire()
    throw error
  }
  watchdog?.retire()
  return undefined
}

function membersWith({ token, role }: Request, book: Ownership): Ownership['members'] {
  return [...othersThan(book, token), memberFor(token, role)]
}

function connectionTo(host: string, port: number): Connection {
  return { host, port, user: 'postgres', database: 'postgres' }
}

export function clusterIn(dir: string): string {
  return join(dir, 'cluster')
}
