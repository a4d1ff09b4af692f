import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { certificates, type Database } from '../store/index.js'
import type { Authorities } from './authorities.js'
import { examine, type Finding } from './examine.js'
import { RevocationRound } from './revocation.js'

export interface CheckSettings {
  /** null: no CA is configured, and nothing is checked */
  readonly authorities: Authorities | null
  readonly revocation: 'off' | 'prefer' | 'require'
  readonly revocationIntervalMs: number
  readonly crlFiles: readonly string[]
  /** for each download; 10 s when missing */
  readonly downloadTimeoutMs?: number
}

export type CheckResult = Finding['state'] | 'failed'

export interface CertificateChecks {
  /**
   * Looks at registered certificates and writes what it finds into the database, each by one process only.
   * @param fingerprints  looks at these now; at all that are due when missing
   * @returns how many were looked at
   */
  run(fingerprints?: readonly string[]): Promise<number>
  /** looks of this process so far, by result */
  readonly counts: ReadonlyMap<CheckResult, number>
}

const BATCH = 20
const AT_ONCE = 4
/** Longer than a batch can take when nobody answers. */
const LEASE_MS = 10 * 60 * 1000
const AGAIN_MS = 5 * 60 * 1000
const TIMEOUT_MS = 10_000
const MAX_CRL_BYTES = 16 * 1024 * 1024

export function createCertificateChecks(
  settings: CheckSettings,
  { db, log, clock, signal }: { db: Database; log: Log; clock: Clock; signal?: AbortSignal },
): CertificateChecks {
  const { authorities, revocation, revocationIntervalMs } = settings
  const counts = new Map<CheckResult, number>()
  const count = (result: CheckResult) => counts.set(result, (counts.get(result) ?? 0) + 1)

  const look = async (
    { fingerprint, der }: certificates.ClaimedCertificate,
    round: RevocationRound | null,
  ): Promise<void> => {
    try {
      const found = await examine(der, { authorities: authorities!, round, now: clock.now() })
      // Stopped in the middle: what could not be asked says nothing about the CA.
      if (signal?.aborted === true) return
      const nextCheckMs = found.state === 'unknown' ? Math.min(AGAIN_MS, revocationIntervalMs) : revocationIntervalMs
      const states = await certificates.putStatus(db, { ...found, fingerprint, nextCheckMs })
      count(found.state)
      if (states === null || states.before === states.after) return
      const line = { event: 'certificate.status-changed', fingerprint, state: states.after }
      if (states.after === 'good') log.info(line)
      else log.warn(line)
    } catch (err) {
      count('failed')
      log.error({ event: 'certificate.check-failed', fingerprint, err })
    }
  }

  return {
    counts,
    run: async (fingerprints) => {
      if (authorities === null) return 0
      let done = 0
      for (;;) {
        const limit = fingerprints?.length ?? BATCH
        const batch = await certificates.claimDue(db, {
          leaseMs: LEASE_MS,
          limit,
          ...(fingerprints && { fingerprints }),
        })
        const round = revocation === 'off' ? null : new RevocationRound(sourcesOf(settings, signal))
        await inParallel(batch, AT_ONCE, (one) => look(one, round))
        done += batch.length
        if (fingerprints !== undefined || batch.length < BATCH || signal?.aborted === true) return done
      }
    },
  }
}

const sourcesOf = ({ crlFiles, downloadTimeoutMs }: CheckSettings, signal: AbortSignal | undefined) => ({
  crlFiles,
  timeoutMs: downloadTimeoutMs ?? TIMEOUT_MS,
  maxCrlBytes: MAX_CRL_BYTES,
  signal,
})

async function inParallel<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
