import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { Database } from '../store/index.js'
import { readCertificate } from '../trust/index.js'
import { loadAuthorities } from './authorities.js'
import { createCertificateChecks, type CertificateChecks } from './checks.js'
import { readCertificates, warnOfExpiry, type CertificateReading, type OwnCertificate } from './expiry.js'

/** What the configuration says about certificates. */
export interface CertificateSettings {
  readonly caFiles: readonly string[] | undefined
  readonly crlFiles: readonly string[]
  readonly revocation: 'off' | 'prefer' | 'require'
  readonly revocationIntervalMs: number
  readonly certificateWarningDays: number
}

/** Keeps an eye on certificates while the gateway runs. */
export interface CertificateWatch {
  readonly checks: CertificateChecks
  /** for metrics; what was read last when the database does not answer */
  readings(): Promise<readonly CertificateReading[]>
  start(): void
  /** Ends what is under way; a certificate in the middle of a look is due again later, for any process. */
  stop(): Promise<void>
}

/** How soon a certificate is looked at that was registered by some other way than the command line. */
const TICK_MS = 30_000
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * @param own  the gateway's certificates besides the CAs, asked each time they are looked at
 * @throws AuthorityFileError CA_FILE
 */
export function createCertificateWatch(
  settings: CertificateSettings,
  { db, log, clock, own }: { db: Database; log: Log; clock: Clock; own: () => readonly OwnCertificate[] },
): CertificateWatch {
  const authorities = settings.caFiles === undefined ? null : loadAuthorities(settings.caFiles)
  const cas = [...(authorities?.anchors ?? []), ...(authorities?.intermediates ?? [])].map(
    ({ x509 }): OwnCertificate => ({ kind: 'ca', certificate: readCertificate(x509.raw) }),
  )
  const stopping = new AbortController()
  const checks = createCertificateChecks({ ...settings, authorities }, { db, log, clock, signal: stopping.signal })
  let last: readonly CertificateReading[] = []
  const read = async (): Promise<readonly CertificateReading[]> =>
    (last = await readCertificates(db, [...own(), ...cas]))
  const warn = async (): Promise<void> => {
    warnOfExpiry(await read(), { log, now: clock.now(), warningDays: settings.certificateWarningDays })
  }

  let running: Promise<unknown> = Promise.resolve()
  let busy = false
  const run = (...works: (() => Promise<unknown>)[]): void => {
    // A round that takes longer than the time between two is waited for, not joined by another.
    if (busy || stopping.signal.aborted) return
    busy = true
    running = inTurn(works)
      .catch((err: unknown) => log.error({ event: 'certificate.watch-failed', err }))
      .finally(() => (busy = false))
  }
  const timers: NodeJS.Timeout[] = []
  return {
    checks,
    readings: () => read().catch(() => last),
    start: () => {
      run(warn, () => checks.run())
      timers.push(setInterval(() => run(() => checks.run()), TICK_MS).unref())
      timers.push(setInterval(() => run(warn), DAY_MS).unref())
    },
    stop: async () => {
      stopping.abort()
      for (const timer of timers) clearInterval(timer)
      await running
    },
  }
}

async function inTurn(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const work of works) await work()
}
