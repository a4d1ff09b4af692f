import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessId {
  pid: number
  startedAt: string
}

const linux = process.platform === 'linux'

/** The process that has this number now; undefined when there is none or only its zombie. */
export function identify(pid: number): ProcessId | undefined {
  const startedAt = linux ? startedAtFromProc(pid) : startedAtFromPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/** Ourselves. */
export function identifySelf(): ProcessId {
  return identify(process.pid) ?? { pid: process.pid, startedAt: '' }
}

export function isAlive(known: ProcessId): boolean {
  return identify(known.pid)?.startedAt === known.startedAt
}

/** The PostgreSQL processes that work in this folder: the postmaster and everything it forked. */
export function postgresProcessesIn(folder: string): number[] {
  const real = realpathSync(folder)
  return linux ? numbersInProc().filter((pid) => isPostgres(pid) && workingFolder(pid) === real) : usersFromLsof(real)
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

// The start time counts ticks since boot, so the boot belongs to it.
function startedAtFromProc(pid: number): string | undefined {
  const stat = readOrEmpty(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, ticks] = [fields[0], fields[19]]
  if (ticks === undefined || state === 'Z' || state === 'X') return undefined
  return `${bootId()}:${ticks}`
}

let knownBootId: string | undefined
function bootId(): string {
  return (knownBootId ??= readOrEmpty('/proc/sys/kernel/random/boot_id').trim())
}

function startedAtFromPs(pid: number): string | undefined {
  try {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim()
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')
  } catch {
    return undefined // ps ends with 1 when there is no such process
  }
}

function numbersInProc(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function isPostgres(pid: number): boolean {
  return readOrEmpty(`/proc/${pid}/comm`).trim() === 'postgres'
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined // gone, or another user's and so not ours
  }
}

// -F prints one field a line: "p123" the process, "n/path" its working folder.
function usersFromLsof(folder: string): number[] {
  let lines: string[]
  try {
    lines = execFileSync('lsof', ['-a', '-c', 'postgres', '-d', 'cwd', '-Fpn'], { encoding: 'utf8' }).split('\n')
  } catch {
    return [] // lsof ends with 1 when nothing matches
  }
  let pid = 0
  const users: number[] = []
  for (const line of lines) {
    if (line.startsWith('p')) pid = Number(line.slice(1))
    if (line === `n${folder}`) users.push(pid)
  }
  return users
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
