import { chownSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { canRead, type Account } from './account.js'
import { EmbeddedPostgresError } from './error.js'

export const PORT = 5432

/** name of the socket file, which PostgreSQL derives from the port even when no port is open */
export const SOCKET = `.s.PGSQL.${PORT}`

// sun_path holds 108 bytes on Linux and 104 on macOS, with its final zero.
const MAX_PATH_BYTES = 103

/** A folder for the socket that only the server's account can enter: beside the cluster, or a short one when needed. */
export function makeSocketFolder(dir: string, account: Account): string {
  const beside = besideCluster(dir)
  if (fits(beside)) {
    makePrivate(beside, account)
    if (canRead([beside], account)) return beside
  }
  const short = shortFolder(dir)
  makePrivate(short, account)
  return short
}

/** Leaves nothing behind in the system's temporary folder; a folder that is not of our making stays. */
export function removeSocketFolder(dir: string, folder: string): void {
  if (folder !== besideCluster(dir) && folder !== shortFolder(dir)) return
  rmSync(folder, { recursive: true, force: true })
}

function besideCluster(dir: string): string {
  return join(dir, 'socket')
}

/** In the system's temporary folder, the same for every process that uses `dir`. */
export function shortFolder(dir: string): string {
  const name = 'gateway-' + createHash('sha256').update(realpathSync(dir)).digest('hex').slice(0, 12)
  return [tmpdir(), '/tmp'].map((folder) => join(folder, name)).find(fits)!
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, SOCKET)) <= MAX_PATH_BYTES
}

function makePrivate(folder: string, { uid, gid }: Account): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const ours = uid ?? process.getuid?.()
  // In a folder everybody may write to, a stranger could have prepared this one to answer in the server's place.
  const strange = !found.isDirectory() || (found.mode & 0o077) !== 0 || ![ours, process.getuid?.()].includes(found.uid)
  if (strange) throw new EmbeddedPostgresError(`The socket folder ${folder} belongs to somebody else; remove it.`)
  if (uid !== undefined) chownSync(folder, uid, gid)
}
