import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DropError, type Drop, type OpenDrop } from './drop.js'

export interface FolderOptions {
  readonly kind: 'folder' | 'test'
  /** a folder that is not there may be a disk that is not mounted, and is not made */
  readonly make: boolean
  /** permissions of the files: the provider may be another user of a common group */
  readonly mode: number
}

/** Files and the folder are flushed before anything counts as done: a power cut loses no letter. */
export function createFolderDrop(path: string, { kind, make, mode }: FolderOptions): Drop {
  const at = (name: string): string => join(path, name)
  const folder: OpenDrop = {
    exists: (name) =>
      guarded(async () => {
        try {
          return (await stat(at(name))).isFile()
        } catch (error) {
          if (isMissing(error)) return false
          throw error
        }
      }),
    names: (prefix) => guarded(async () => (await readdir(path)).filter((name) => name.startsWith(prefix))),
    write: (name, bytes) =>
      guarded(async () => {
        const file = await open(at(name), 'w', mode)
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
      }),
    move: (from, to) =>
      guarded(async () => {
        try {
          await rename(at(from), at(to))
        } catch (error) {
          if (isMissing(error)) return false
          throw error
        }
        await flush(path)
        return true
      }),
    remove: (name) => guarded(() => rm(at(name), { force: true })),
    close: () => Promise.resolve(),
  }
  return {
    kind,
    id: `${kind}:${path}`,
    open: () =>
      guarded(async () => {
        if (make) await mkdir(path, { recursive: true, mode: 0o700 })
        if (!(await stat(path)).isDirectory()) throw new Error('not a folder')
        return folder
      }),
  }
}

async function flush(path: string): Promise<void> {
  // Windows opens no folder; there the file system keeps the order of names by itself.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new DropError('PRINT_DROP_AWAY', error)
  }
}
