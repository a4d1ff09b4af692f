import { linkSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './error.js'
import { parseJson, readIfPresent, removeOldDrafts, replaceFile, writeDraft } from './files.js'
import { identifySelf, isAlive, type ProcessId } from './processes.js'

// A lock file that is deleted and made again can be stolen twice at once. So nobody deletes the newest: the lock is the
// file with the highest number, and who wants it links the next number once the newest is released or its holder dead.
// Linking is atomic, refuses an existing name and shows the file only with its content.
const NAME = 'start.lock'
const POLL_MS = 20

interface Lock extends ProcessId {
  released: boolean
}

/** Runs `work` while no other process or call runs its own on this folder. Survives kill -9 of a holder. */
export async function withStartLock<T>(
  { dir, waitMs, signal }: { dir: string; waitMs: number; signal?: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const path = await take(dir, waitMs, signal)
  try {
    return await work()
  } finally {
    replaceFile(path, JSON.stringify({ ...identifySelf(), released: true } satisfies Lock))
  }
}

async function take(dir: string, waitMs: number, signal?: AbortSignal): Promise<string> {
  for (const until = Date.now() + waitMs; ; await sleep(POLL_MS)) {
    signal?.throwIfAborted()
    const newest = newestNumber(dir)
    const holder = holderOf(pathOf(dir, newest))
    if (holder === undefined && tryNext(dir, newest + 1)) return pathOf(dir, newest + 1)
    if (Date.now() > until) {
      throw new EmbeddedPostgresError(
        `Process ${holder?.pid ?? '?'} has been starting PostgreSQL in ${dir} for too long.`,
      )
    }
  }
}

function tryNext(dir: string, number: number): boolean {
  const draft = writeDraft(pathOf(dir, number), JSON.stringify({ ...identifySelf(), released: false } satisfies Lock))
  try {
    linkSync(draft, pathOf(dir, number))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
  if (newestNumber(dir) === number) {
    clearOlder(dir, number)
    removeOldDrafts(dir)
    return true
  }
  rmSync(pathOf(dir, number), { force: true }) // we looked before somebody else took and cleared this number
  return false
}

function holderOf(path: string): Lock | undefined {
  const lock = parseJson(readIfPresent(path)) as Lock | undefined
  return lock !== undefined && !lock.released && isAlive(lock) ? lock : undefined
}

function numbers(dir: string): number[] {
  return readdirSync(dir).flatMap((name) => {
    const match = /^start\.lock\.(\d+)$/.exec(name)
    return match ? [Number(match[1])] : []
  })
}

function newestNumber(dir: string): number {
  return Math.max(0, ...numbers(dir))
}

function clearOlder(dir: string, than: number): void {
  for (const number of numbers(dir)) if (number < than) rmSync(pathOf(dir, number), { force: true })
}

function pathOf(dir: string, number: number): string {
  return join(dir, `${NAME}.${number}`)
}
