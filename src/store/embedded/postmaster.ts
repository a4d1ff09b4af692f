import { existsSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './error.js'
import { readIfPresent } from './files.js'
import { identify, isAlive, postgresProcessesIn, sendSignal, type ProcessId } from './processes.js'
import { SOCKET } from './socket-folder.js'

/** The server that works on a cluster, as its postmaster.pid describes it. */
export interface Postmaster {
  id: ProcessId
  port: number
  socketFolder: string
  status: 'starting' | 'ready' | 'stopping'
}

const FAST_SHUTDOWN_MS = 30_000

/** Reads postmaster.pid and believes it only when that process is a PostgreSQL at work in this cluster. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const lines = readIfPresent(join(cluster, 'postmaster.pid'))?.split('\n') ?? []
  const id = identify(Number(lines[0]) || 0)
  if (id === undefined || !worksIn(cluster, id.pid)) return undefined
  const status = lines[7]?.trim()
  return {
    id,
    port: Number(lines[3]),
    socketFolder: lines[4] ?? '',
    status: status === 'ready' || status === 'stopping' ? status : 'starting',
  }
}

/**
 * PostgreSQL refuses to start on a lock file that is empty or names a number that now belongs to somebody else. It may
 * be removed only when nothing works in the cluster any more: the children of a killed postmaster take a moment.
 */
export async function clearStaleLocks(cluster: string, socketFolder: string): Promise<void> {
  const files = [join(cluster, 'postmaster.pid'), join(socketFolder, `${SOCKET}.lock`), join(socketFolder, SOCKET)]
  if (!files.some((file) => existsSync(file))) return
  for (const until = Date.now() + 10_000; ; await sleep(20)) {
    const users = postgresProcessesIn(cluster)
    if (users.length === 0) break
    if (Date.now() > until) {
      throw new EmbeddedPostgresError(`Processes ${users.join(', ')} of an earlier PostgreSQL still use ${cluster}.`)
    }
  }
  for (const file of files) rmSync(file, { force: true })
}

/** Fast shutdown; one that hangs (a full disk allows no checkpoint) becomes an immediate one, which is crash-safe. */
export async function stopPostmaster(id: ProcessId): Promise<void> {
  if (!isAlive(id)) return
  sendSignal(id.pid, 'SIGINT')
  if (await isGoneWithin(id, FAST_SHUTDOWN_MS)) return
  await stopPostmasterNow(id)
}

export async function stopPostmasterNow(id: ProcessId): Promise<void> {
  if (!isAlive(id)) return
  sendSignal(id.pid, 'SIGQUIT')
  if (await isGoneWithin(id, FAST_SHUTDOWN_MS)) return
  throw new EmbeddedPostgresError(`PostgreSQL (process ${id.pid}) does not stop.`)
}

/** Waits for a shutdown that somebody else has begun, and hurries it after the usual time. */
export async function outwait(id: ProcessId): Promise<void> {
  if (!(await isGoneWithin(id, FAST_SHUTDOWN_MS))) await stopPostmasterNow(id)
}

async function isGoneWithin(id: ProcessId, limitMs: number): Promise<boolean> {
  for (const until = Date.now() + limitMs; isAlive(id); await sleep(10)) {
    if (Date.now() > until) return false
  }
  return true
}

function worksIn(cluster: string, pid: number): boolean {
  if (process.platform !== 'linux') return postgresProcessesIn(cluster).includes(pid)
  try {
    const name = readIfPresent(`/proc/${pid}/comm`)?.trim()
    return name === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster)
  } catch {
    return false
  }
}
