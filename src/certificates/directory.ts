import { services, type Database } from '../store/index.js'
import { readCertificate, type Certificate, type CertificateStatus } from '../trust/index.js'

/** Parsed certificates kept: parsing costs more than the look-up, and a fingerprint always means the same certificate. */
const MAX_PARSED = 1_000

/** A registered certificate, the services it may speak for, and what is known of it. */
export interface RegisteredCertificate {
  readonly certificate: Certificate
  readonly services: readonly services.Service[]
  /** null where no CA is configured, and before the first look */
  readonly status: CertificateStatus | null
}

export interface CertificateDirectory {
  /** @param fingerprint  SHA-256 of the DER, lower-case hex */
  readonly findCertificate: (fingerprint: string) => Promise<RegisteredCertificate | null>
  /** All certificates that are registered for services of this authority. */
  readonly certificatesOf: (authorityId: string) => Promise<RegisteredCertificate[]>
}

/**
 * Looks registered certificates up. Who may use one, and its status, are asked every time, so a change is in force at once.
 * @param usesStatus  whether CAs are configured; without them a status that was found in other days decides nothing
 */
export function createCertificateDirectory(
  db: Database,
  { usesStatus }: { usesStatus: boolean },
): CertificateDirectory {
  const parsed = new Map<string, Certificate>()
  const parse = (fingerprint: string, der: Buffer): Certificate => {
    const known = parsed.get(fingerprint)
    if (known !== undefined) return known
    const certificate = readCertificate(der)
    if (parsed.size >= MAX_PARSED) parsed.clear()
    parsed.set(fingerprint, certificate)
    return certificate
  }
  const toRegistered = ({ fingerprint, der, services, status }: services.CertificateOwner): RegisteredCertificate => ({
    certificate: parse(fingerprint, der),
    services,
    status: usesStatus ? status : null,
  })
  return {
    findCertificate: async (fingerprint) => {
      const found = await services.findCertificateOwner(db, fingerprint)
      return found === null ? null : toRegistered(found)
    },
    certificatesOf: async (authorityId) => (await services.certificatesOf(db, authorityId)).map(toRegistered),
  }
}
