import { clusterIn } from './acquire.js'
import { livingOwner, othersThan, readOwnership, removeOwnership, writeOwnership, type Role } from './ownership.js'
import { findPostmaster, stopPostmaster } from './postmaster.js'
import { removeSocketFolder } from './socket-folder.js'
import { withStartLock } from './start-lock.js'
import type { Watchdog } from './watchdog.js'

interface Leaving {
  dir: string
  role: Role
  token: string
  watchdog: Watchdog | undefined
  waitMs: number
}

/**
 * Takes our name out of the folder, and stops the server when it is ours to stop: an owner's unless another owner is
 * there to go on, a guest's unless anybody is. What an owner leaves behind, the last guest stops. Returns whether we did.
 */
export async function leave({ dir, role, token, watchdog, waitMs }: Leaving): Promise<boolean> {
  return withStartLock({ dir, waitMs }, async () => {
    const book = readOwnership(dir)
    const others = othersThan(book, token)
    const owned = book.owner === token
    const heirs = owned && role === 'owner' ? others.filter((member) => member.role === 'owner') : others
    const orphaned = book.managed && livingOwner(book) === undefined
    const stops = (owned || orphaned) && heirs.length === 0
    if (stops) await stopServer(dir)
    if (stops || (others.length === 0 && !book.managed)) removeOwnership(dir)
    else if (owned) writeOwnership(dir, { ...book, owner: null, watchdog: null, members: others })
    else writeOwnership(dir, { ...book, members: others })
    // Last, so that it does our work when we are killed on the way.
    watchdog?.retire()
    return stops
  })
}

async function stopServer(dir: string): Promise<void> {
  const running = findPostmaster(clusterIn(dir))
  if (running === undefined) return
  await stopPostmaster(running.id)
  removeSocketFolder(dir, running.socketFolder)
}
