import { userInfo } from 'node:os'
import type { Config } from '../config/index.js'
import type { Log, LogLevel } from '../log.js'
import { systemClock, type Clock } from '../clock.js'
import type { Runtime } from '../runtime.js'
import type { Terminal } from './terminal.js'

/** What a command works on: the same database and keys as the gateway, beside it or without it. */
export interface Session extends Runtime {
  readonly config: Config
  readonly clock: Clock
  /** migrations that opening the database ran */
  readonly migrated: readonly string[]
}

/**
 * The settings that the gateway would have. The configuration, the log and the database are loaded late, so that help
 * and mistakes in what was typed are answered at once.
 */
export async function readConfig({ env }: Terminal): Promise<Config> {
  const { loadConfig } = await import('../config/index.js')
  return loadConfig(env)
}

/** Opens the database for the time of `work`. */
export async function withSession<T>(terminal: Terminal, work: (session: Session) => Promise<T>): Promise<T> {
  const config = await readConfig(terminal)
  const { createLogger } = await import('../log.js')
  const { openRuntime } = await import('../runtime.js')
  const migrated: string[] = []
  const log = noting(
    createLogger({ level: levelOf(config), destination: { write: (line) => terminal.note(line.trimEnd()) } }),
    migrated,
  )
  const runtime = await openRuntime(config, { log, role: 'guest', now: systemClock.now() })
  try {
    return await work({ ...runtime, config, clock: systemClock, migrated })
  } finally {
    await runtime.close()
  }
}

/** The gateway's own level is for a log that somebody keeps; a person at a terminal wants to know of trouble only. */
function levelOf({ logLevel }: Config): LogLevel {
  return logLevel === 'info' ? 'warn' : logLevel
}

function noting(log: Log, migrated: string[]): Log {
  const info: Log['info'] = (line) => {
    if (line.event === 'database.migrated') migrated.push(String(line.migration))
    log.info(line)
  }
  return { ...log, info }
}

/** Who runs the command, for the audit log; with sudo, who stands behind it. */
export function actorOf({ env }: Terminal): string {
  const behind = env['SUDO_USER']
  return behind === undefined ? `cli:${accountName()}` : `cli:${behind} as ${accountName()}`
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}` // containers may run under an account without a name
  }
}
