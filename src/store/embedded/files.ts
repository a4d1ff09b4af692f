import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'

/** The text of the file, or undefined when there is none. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Readers see the old text or the new, never half of it. */
export function replaceFile(path: string, text: string): void {
  renameSync(writeDraft(path, text), path)
}

/** Writes a file that is to become `path`, and returns its own name. */
export function writeDraft(path: string, text: string): string {
  const draft = `${path}.draft-${randomUUID()}`
  writeFileSync(draft, text, { mode: 0o600 })
  giveToFolderOwner(draft)
  return draft
}

/** Removes drafts whose writers were killed; a living writer needs its own for a moment only. */
export function removeOldDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.includes('.draft-')) continue
    const path = join(folder, name)
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > 60_000) rmSync(path, { force: true })
  }
}

/** What root writes into a user's folder the user can use again: one start with sudo must not spoil the folder. */
export function giveToFolderOwner(path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dirname(path))
  chownSync(path, uid, gid)
}

/** Makes a rename inside the folder survive a power cut. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined // a power cut may have emptied it; what it said about processes is void then anyway
  }
}
