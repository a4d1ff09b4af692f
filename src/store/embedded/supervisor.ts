import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { acquire, START_LIMIT_MS, type Holding, type Request } from './acquire.js'
import { EmbeddedPostgresError } from './error.js'
import { leave } from './leave.js'
import { livingOwner, readOwnership, type Role } from './ownership.js'
import { isAlive } from './processes.js'

export interface EmbeddedPostgresEvent {
  event: string
  [key: string]: unknown
}

export interface EmbeddedPostgresOptions {
  dir: string
  role: Role
  settings?: Record<string, string>
  onEvent?: (event: EmbeddedPostgresEvent) => void
}

// Looking at a process is one small read on Linux, and a run of ps elsewhere.
const WATCH_EVERY_MS = process.platform === 'linux' ? 200 : 2_000
const LONGEST_PAUSE_MS = 5_000

/** Acquires the server and, unless we are but a guest, keeps it up until `stop`. */
export async function supervise({ dir, role, settings = {}, onEvent }: EmbeddedPostgresOptions): Promise<Supervised> {
  const abort = new AbortController()
  const token = randomUUID()
  const request = { dir: resolve(dir), role, token, settings, mayCreate: true, signal: abort.signal }
  const startedAt = Date.now()
  const holding = await acquire(request).catch((error: unknown) => {
    throw explained(error, request.dir)
  })
  const supervised = new Supervised({ ...request, mayCreate: false, dir: realpathSync(dir) }, holding, abort, onEvent)
  supervised.report(`embedded.${holding.how}`, { fresh: holding.fresh, durationMs: Date.now() - startedAt })
  return supervised
}

class Supervised {
  readonly fresh: boolean
  readonly adopted: boolean
  #request: Request
  #holding: Holding
  #abort: AbortController
  #onEvent: ((event: EmbeddedPostgresEvent) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #recovery: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(
    request: Request,
    holding: Holding,
    abort: AbortController,
    onEvent: ((event: EmbeddedPostgresEvent) => void) | undefined,
  ) {
    this.fresh = holding.fresh
    this.adopted = holding.how !== 'started'
    this.#request = request
    this.#abort = abort
    this.#onEvent = onEvent
    this.#holding = this.#hold(holding)
    const watches = request.role === 'owner' || holding.watchdog !== undefined
    if (watches) this.#timer = setInterval(() => this.#look(), WATCH_EVERY_MS).unref()
  }

  get connection() {
    return this.#holding.connection
  }

  get pid() {
    return this.#holding.id.pid
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop())
  }

  report(event: string, fields: Record<string, unknown>): void {
    this.#onEvent?.({ event, pid: this.pid, ...fields })
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#abort.abort()
    await this.#recovery
    const { dir, role, token } = this.#request
    const stopped = await leave({ dir, role, token, watchdog: this.#holding.watchdog, waitMs: START_LIMIT_MS })
    this.report(stopped ? 'embedded.stopped' : 'embedded.left', {})
  }

  // Our own child tells at once when it ends; a server we adopted is looked at.
  #hold(holding: Holding): Holding {
    holding.spawned?.child.once('exit', () => setImmediate(() => this.#look()))
    return holding
  }

  #look(): void {
    if (this.#recovery !== undefined || this.#abort.signal.aborted) return
    const lost = !isAlive(this.#holding.id)
    if (lost && this.#isDispossessed()) return clearInterval(this.#timer)
    if (!lost && !this.#isUnowned()) return
    if (lost) this.report('embedded.lost', {})
    this.#recovery = this.#recover(lost ? 'embedded.restarted' : 'embedded.adopted').finally(() => {
      this.#recovery = undefined
    })
  }

  // An owner took the server over from us; whether it runs is no longer for a guest to say.
  #isDispossessed(): boolean {
    const { role, dir, token } = this.#request
    return role === 'guest' && readOwnership(dir).owner !== token
  }

  // The owner beside whom we were a guest has ended; somebody has to answer for the server.
  #isUnowned(): boolean {
    const { role, dir } = this.#request
    return role === 'owner' && this.#holding.watchdog === undefined && livingOwner(readOwnership(dir)) === undefined
  }

  async #recover(event: string): Promise<void> {
    const startedAt = Date.now()
    const isOver = () => this.#abort.signal.aborted
    for (let attempt = 1; !isOver(); attempt++) {
      try {
        this.#holding = this.#hold(await acquire(this.#request))
        return this.report(event, { attempt, durationMs: Date.now() - startedAt })
      } catch (error) {
        if (isOver()) return
        this.report('embedded.restart-failed', { attempt, reason: (error as Error).message })
        await this.#pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt))
      }
    }
  }

  async #pause(pauseMs: number): Promise<void> {
    await sleep(pauseMs, undefined, { signal: this.#abort.signal, ref: false }).catch(() => undefined)
  }
}

function explained(error: unknown, dir: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code ?? '')) return error
  const sentence = `The folder ${dir} cannot be used for the database (${code}); it may belong to another user.`
  return new EmbeddedPostgresError(sentence, { cause: error })
}
