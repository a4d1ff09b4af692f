import type { Log } from '../log.js'
import { certificates, type Database } from '../store/index.js'
import type { Certificate } from '../trust/index.js'

/** A certificate of the gateway itself, or one that it leans on. */
export interface OwnCertificate {
  readonly kind: 'signing' | 'tls' | 'ca'
  readonly certificate: Pick<Certificate, 'fingerprint' | 'subject' | 'notAfter'>
}

/** One certificate in one role, for metrics and warnings. */
export interface CertificateReading {
  readonly kind: OwnCertificate['kind'] | 'registered'
  /** null for the gateway's own */
  readonly authorityId: string | null
  readonly serviceId: string | null
  readonly fingerprint: string
  readonly subject: string
  readonly notAfter: Date
  readonly status: certificates.StatusRow | null
}

/** Every registered certificate for each of its services, and our own. */
export async function readCertificates(db: Database, own: readonly OwnCertificate[]): Promise<CertificateReading[]> {
  const registered = await certificates.listRegistrations(db)
  return [
    ...registered.map((row) => ({ kind: 'registered' as const, ...row })),
    ...own.map(({ kind, certificate: { fingerprint, subject, notAfter } }) => ({
      ...{ kind, authorityId: null, serviceId: null, status: null },
      ...{ fingerprint, subject, notAfter },
    })),
  ]
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Whole days until a certificate ends, rounded down; negative when it has ended. */
export const daysLeft = (notAfter: Date, now: Date): number => Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS)

/** One log line for each certificate that ends soon or has ended. */
export function warnOfExpiry(
  readings: readonly CertificateReading[],
  { log, now, warningDays }: { log: Log; now: Date; warningDays: number },
): void {
  for (const { kind, authorityId, serviceId, fingerprint, subject, notAfter } of readings) {
    if (daysLeft(notAfter, now) >= warningDays) continue
    const about = { purpose: kind, authorityId, serviceId, fingerprint, subject, expiresAt: notAfter }
    log.warn({ event: now > notAfter ? 'certificate.expired' : 'certificate.expiring', ...about })
  }
}
