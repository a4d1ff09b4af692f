import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.js'
import type { Database } from './database.js'

const AGAIN_MS = 1_000

/**
 * Hears NOTIFY on one channel until the signal, over a connection of its own that is made anew when it is lost. What is
 * rung meanwhile is lost too: nothing may depend on it.
 */
export async function listen(
  db: Database,
  channel: string,
  heard: () => void,
  { signal, log }: { signal: AbortSignal; log: Log },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await db.withConnection(async (client) => {
        client.on('notification', heard)
        const over = new AbortController()
        try {
          await client.query(`listen ${channel}`)
          // Whatever was rung before this moment was not heard.
          heard()
          await Promise.race([once(client, 'end', { signal: over.signal }), aborted(signal)])
          if (signal.aborted) await client.query('unlisten *')
        } finally {
          client.off('notification', heard)
          over.abort()
        }
      })
    } catch (err) {
      log.warn({ event: 'database.listener-lost', err })
    }
    await sleep(AGAIN_MS, null, { signal, ref: false }).catch(() => undefined)
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
