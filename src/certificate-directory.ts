import type { Owner } from './arrival/index.js'
import { services, type Database } from './store/index.js'
import { readCertificate, type Certificate } from './trust/index.js'

/** Parsed certificates kept: parsing costs more than the look-up, and a fingerprint always means the same certificate. */
const MAX_PARSED = 1_000

/** Looks registered certificates up by fingerprint. Who may use one is asked every time, so a change is in force at once. */
export function createCertificateDirectory(db: Database): (fingerprint: string) => Promise<Owner | null> {
  const parsed = new Map<string, Certificate>()
  return async (fingerprint) => {
    const found = await services.findCertificateOwner(db, fingerprint)
    if (found === null) return null
    const certificate = parsed.get(fingerprint) ?? readCertificate(found.der)
    if (parsed.size >= MAX_PARSED) parsed.clear()
    parsed.set(fingerprint, certificate)
    return { certificate, services: found.services }
  }
}
