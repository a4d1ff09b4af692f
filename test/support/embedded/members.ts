import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { EmbeddedPostgres } from '../../../src/store/embedded/index.js'
import { findPostmaster, stopPostmaster } from '../../../src/store/embedded/postmaster.js'
import { identify, sendSignal, type ProcessId } from '../../../src/store/embedded/processes.js'
import { shortFolder } from '../../../src/store/embedded/socket-folder.js'
import type { Ownership, Role } from '../../../src/store/embedded/ownership.js'
import { compileSources } from '../compiled.js'

export interface Line {
  [key: string]: unknown
  event?: string
}

/** Another process beside the test. */
export interface MemberProcess {
  first: Line
  lines: Line[]
  kill(): Promise<void>
  stop(): Promise<void>
}

const started = new Set<ChildProcess>()
const folders = new Set<string>()

/** A folder for one test. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-test-')))
  folders.add(folder)
  return folder
}

/** Ends what the tests started and removes what they made; for afterEach. */
export async function tidyUp(): Promise<void> {
  for (const child of started) child.kill('SIGKILL')
  started.clear()
  await sleep(50) // the watchdogs
  for (const folder of folders) {
    for (const name of ['postgres', 'data/postgres']) {
      const running = findPostmaster(join(folder, name, 'cluster'))
      if (running !== undefined) {
        await stopPostmaster(running.id)
      }
      if (existsSync(join(folder, name))) rmSync(shortFolder(join(folder, name)), { recursive: true, force: true })
    }
    rmSync(folder, { recursive: true, force: true })
  }
  folders.clear()
}

/** Starts the helper script in a process of its own and waits for the line that says how it went. */
export async function startScript(script: string, args: string[], compiled?: string): Promise<MemberProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']
  const child = spawn(process.execPath, [path, compiled ?? (await compileSources()), ...args], { stdio })
  started.add(child)
  const lines: Line[] = []
  const first = await new Promise<Line>((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`${script} ended with ${code ?? signal ?? '?'}`)))
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line
      lines.push(line)
      if ('up' in line || 'failed' in line) resolve(line)
    })
  })
  const end = async (signal: NodeJS.Signals) => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill(signal)
    await ended
    started.delete(child)
  }
  return { first, lines, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}

export function startMember(dir: string, role: Role, compiled?: string): Promise<MemberProcess> {
  return startScript('member.mjs', [dir, role], compiled)
}

export function ownershipOf(dir: string): Ownership {
  return JSON.parse(readFileSync(join(dir, 'ownership.json'), 'utf8')) as Ownership
}

/** One statement on a connection of its own; the rows of its answer. */
export async function ask(server: Pick<EmbeddedPostgres, 'connection'>, sql: string) {
  const client = new pg.Client(server.connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, string>>(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

export async function until(holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(10)) {
    if (Date.now() > end) throw new Error(`did not come true within ${limitMs} ms: ${holds.toString()}`)
  }
}

export function isRunning(pid: number): boolean {
  return identify(pid) !== undefined
}

export function idOf(pid: number): ProcessId {
  return identify(pid)!
}

export function killNow(pid: number): void {
  sendSignal(pid, 'SIGKILL')
}
