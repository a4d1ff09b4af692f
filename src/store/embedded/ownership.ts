import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson, readIfPresent, replaceFile } from './files.js'
import { identifySelf, isAlive, type ProcessId } from './processes.js'

export type Role = 'owner' | 'guest'

/** One caller of startEmbeddedPostgres; a process may be several, so the token tells them apart. */
export interface Member extends ProcessId {
  token: string
  role: Role
}

/** Who uses the server and who answers for it. Read at any time, written only under the start lock. */
export interface Ownership {
  /** token of the member that watches the server and stops it; null when the last one left it to the others */
  owner: string | null
  /** false when somebody outside of the gateway started the server: then nobody here stops it */
  managed: boolean
  watchdog: ProcessId | null
  members: Member[]
}

const nobody: Ownership = { owner: null, managed: false, watchdog: null, members: [] }

/** Dead members are left out. */
export function readOwnership(dir: string): Ownership {
  const book = parseJson(readIfPresent(pathOf(dir))) as Ownership | undefined
  return book === undefined ? nobody : { ...book, members: book.members.filter(isAlive) }
}

export function writeOwnership(dir: string, book: Ownership): void {
  replaceFile(pathOf(dir), JSON.stringify(book, null, 2) + '\n')
}

export function removeOwnership(dir: string): void {
  rmSync(pathOf(dir), { force: true })
}

/** The member that answers for the server, when its process still lives. */
export function livingOwner(book: Ownership): Member | undefined {
  return book.members.find((member) => member.token === book.owner)
}

export function othersThan(book: Ownership, token: string): Member[] {
  return book.members.filter((member) => member.token !== token)
}

export function memberFor(token: string, role: Role): Member {
  return { token, role, ...identifySelf() }
}

function pathOf(dir: string): string {
  return join(dir, 'ownership.json')
}
