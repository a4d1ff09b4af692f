import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { identify, isAlive, sendSignal, type ProcessId } from './processes.js'

export interface Watchdog {
  readonly id: ProcessId | null
  /** It ends without touching the server. */
  retire(): void
}

// `read` returns when the other end of the pipe closes, which the system does for us even after kill -9. The number is
// compared with the cluster's own file, because a postmaster that ended long ago may have left its number to another.
// A supervisor that signals everything at once (systemd's default) must not take the watchdog before the gateway.
const SCRIPT = `trap '' TERM INT HUP
read -r word
[ "$word" = retire ] && exit 0
read -r pid < "$1" && [ "$pid" = "$2" ] && kill -INT "$2"`

/** A process that shuts the server down cleanly when this process ends in whatever way. */
export function armWatchdog(cluster: string, postmasterPid: number): Watchdog {
  const args = ['-c', SCRIPT, 'embedded-postgres-watchdog', join(cluster, 'postmaster.pid'), String(postmasterPid)]
  const child = spawn('/bin/sh', args, {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
  })
  child.on('error', () => undefined) // no shell: the server runs unwatched and the next start adopts it
  child.stdin.on('error', () => undefined) // retired by another process
  child.unref()
  ;(child.stdin as typeof child.stdin & { unref?: () => void }).unref?.()
  const id = child.pid === undefined ? undefined : identify(child.pid)
  return { id: id ?? null, retire: () => void child.stdin.end('retire\n') }
}

/** Ends the watchdog of another process, which cannot be reached through its pipe. */
export function retireForeign(watchdog: ProcessId | null): void {
  if (watchdog !== null && isAlive(watchdog)) sendSignal(watchdog.pid, 'SIGKILL')
}
