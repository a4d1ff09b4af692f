import { chmodSync, constants, copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { EmbeddedPostgresError } from './error.js'

/**
 * Makes `folder` a complete copy of the programs that everybody may read. An existing copy is kept when every file has
 * its size; others may be running from a damaged one, so that is moved away and not written over.
 */
export function copyRuntime(native: string, folder: string, finish: (copy: string) => void): void {
  const files = filesIn(native)
  if (isComplete(native, folder, files)) return
  const draft = `${folder}.new-${randomUUID()}`
  try {
    for (const file of files) copyReadable(join(native, file), join(draft, file))
    finish(draft)
    putInPlace(draft, folder)
  } catch (cause) {
    if (isComplete(native, folder, files)) return // somebody else was quicker
    throw new EmbeddedPostgresError(`The PostgreSQL programs could not be copied to ${dirname(folder)}.`, { cause })
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

// Headers and static libraries are for compiling.
function filesIn(native: string): string[] {
  return ['bin', 'lib', 'share'].flatMap((top) =>
    readdirSync(join(native, top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.a') && !entry.parentPath.endsWith('pkgconfig'))
      .map((entry) => join(entry.parentPath, entry.name).slice(native.length + 1)),
  )
}

function isComplete(native: string, folder: string, files: string[]): boolean {
  return files.every((file) => {
    const copy = statSync(join(folder, file), { throwIfNoEntry: false })
    return copy?.size === statSync(join(native, file)).size
  })
}

// npm under a strict umask leaves files only their owner can read.
function copyReadable(from: string, to: string): void {
  mkdirReadable(dirname(to))
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  chmodSync(to, statSync(from).mode & 0o100 ? 0o755 : 0o644)
}

function mkdirReadable(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  mkdirReadable(dirname(folder))
  mkdirSync(folder)
  chmodSync(folder, 0o755)
}

function putInPlace(draft: string, folder: string): void {
  const aside = join(dirname(folder), `.${basename(folder)}.old-${randomUUID()}`)
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) renameSync(folder, aside)
  renameSync(draft, folder)
  rmSync(aside, { recursive: true, force: true })
}
