import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file that only we may read, whole or not at all, and keeps one that is there: of two processes that start
 * together the first one's content stays, for both.
 */
export function keepOrWrite(path: string, content: string): void {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.new-${process.pid}`
  writeFileSync(draft, content, { mode: 0o600, flush: true })
  try {
    // Unlike a rename, a link never takes the place of a file that somebody else has put there meanwhile.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
