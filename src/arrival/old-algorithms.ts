import type { Clock } from '../clock.js'
import type { Log } from '../log.js'

const DAY_MS = 24 * 60 * 60 * 1000
/** More services than this, and some are warned about more than once a day. */
const MAX_REMEMBERED = 10_000

/** Tells operators which services still sign with SHA-1, so that somebody asks them to stop. */
export interface OldAlgorithmWatch {
  seen(service: { readonly authorityId: string; readonly id: string }): void
}

/** Warns once a day for each service, in this process. */
export function watchOldAlgorithms(log: Log, clock: Clock): OldAlgorithmWatch {
  const warnedAt = new Map<string, number>()
  return {
    seen: ({ authorityId, id }) => {
      const key = JSON.stringify([authorityId, id])
      const now = clock.now().getTime()
      if (now - (warnedAt.get(key) ?? -Infinity) < DAY_MS) return
      if (warnedAt.size >= MAX_REMEMBERED) warnedAt.clear()
      warnedAt.set(key, now)
      log.warn({ event: 'signature.sha1', authorityId, serviceId: id, algorithm: 'sha1' })
    },
  }
}
