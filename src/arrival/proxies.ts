import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'

const HOUR_MS = 60 * 60 * 1000

/**
 * Warns, at most once an hour, when somebody who is no trusted proxy says whom he speaks for: either a proxy was
 * forgotten in the settings, and all its callers share one address and its limits, or a caller tries what he can get.
 */
export function watchForwarding(
  app: FastifyInstance,
  { isTrusted, log, clock }: { isTrusted: (address: string) => boolean; log: Log; clock: Clock },
): void {
  let warnedAt = -Infinity
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, socket } = request.raw
    const now = clock.now().getTime()
    if (
      headers['x-forwarded-for'] !== undefined &&
      now - warnedAt >= HOUR_MS &&
      !isTrusted(socket.remoteAddress ?? '')
    ) {
      warnedAt = now
      log.warn({
        event: 'proxy.not-trusted',
        reason: 'X-Forwarded-For came from an address that ASTI_TRUSTED_PROXIES does not name, and was not believed',
      })
    }
    done()
  })
}
