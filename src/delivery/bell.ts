import type { Log } from '../log.js'
import { listen, outbox, type Database } from '../store/index.js'

/** Tells workers that there is something to take: those of this process at once, others within some milliseconds. */
export interface Bell {
  /** Something was queued and committed. */
  ring(): void
  /** The same for the workers of this process only. */
  wake(): void
  /** Resolves when the bell is rung from now on, and at the latest after so long. */
  next(limitMs: number): Promise<void>
  /** From now on this process hears what others ring. */
  hear(): void
  close(): Promise<void>
}

/** One NOTIFY for all that is queued meanwhile: it takes a lock of the whole database (reliability.md §2 rule 6). */
const DEBOUNCE_MS = 20

export function createBell({ db, log }: { db: Database; log: Log }): Bell {
  const waiting = new Set<() => void>()
  const closed = new AbortController()
  let timer: NodeJS.Timeout | null = null
  const wake = (): void => {
    for (const rung of waiting) rung()
    waiting.clear()
  }
  let listening = Promise.resolve()
  const notify = (): void => {
    timer = null
    // A ring that is lost costs others one look.
    outbox.ring(db).catch((err: unknown) => log.warn({ event: 'delivery.bell-not-rung', err }))
  }
  return {
    ring: () => {
      wake()
      if (!closed.signal.aborted) timer ??= setTimeout(notify, DEBOUNCE_MS).unref()
    },
    wake,
    next: (limitMs) =>
      new Promise((resolve) => {
        const rung = (): void => {
          clearTimeout(limit)
          waiting.delete(rung)
          resolve()
        }
        const limit = setTimeout(rung, limitMs).unref()
        waiting.add(rung)
      }),
    hear: () => void (listening = listen(db, outbox.BELL, wake, { signal: closed.signal, log })),
    close: async () => {
      closed.abort()
      if (timer !== null) clearTimeout(timer)
      wake()
      await listening
    },
  }
}
