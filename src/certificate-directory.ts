import type { Owner } from './arrival/index.js'
import { services, type Database } from './store/index.js'
import { readCertificate, type Certificate } from './trust/index.js'

/** Who registered a certificate is asked of the database at most this often, so that a change is in force within it. */
const FRESH_MS = 2_000
/** Parsed certificates kept; parsing costs more than the rest of the look-up. */
const MAX_PARSED = 1_000

/** Looks registered certificates up by fingerprint; unknown ones are asked for every time. */
export function createCertificateDirectory(db: Database): (fingerprint: string) => Promise<Owner | null> {
  const known = new Map<string, { owner: Owner; until: number }>()
  const parsed = new Map<string, Certificate>()
  return async (fingerprint) => {
    const now = performance.now()
    const remembered = known.get(fingerprint)
    if (remembered !== undefined && remembered.until > now) return remembered.owner
    const found = await services.findCertificateOwner(db, fingerprint)
    if (found === null) {
      known.delete(fingerprint)
      return null
    }
    const certificate = parsed.get(fingerprint) ?? readCertificate(found.der)
    if (parsed.size >= MAX_PARSED) parsed.clear()
    if (known.size >= MAX_PARSED) known.clear()
    parsed.set(fingerprint, certificate)
    const owner = { certificate, services: found.services }
    known.set(fingerprint, { owner, until: now + FRESH_MS })
    return owner
  }
}
