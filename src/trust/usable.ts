import { judgeCertificate, readCertificate, type CertificateStatus, type RevocationPolicy } from './certificate.js'
import { TrustError } from './errors.js'

/** A registered certificate as it is stored, with what the last look at it found. */
export interface StoredCertificate {
  readonly der: Buffer
  readonly status: CertificateStatus | null
}

/**
 * Says of registered certificates whether a request that they sign would be let in now, by the policy that requests are
 * judged by.
 * @param usesStatus  whether CAs are configured; without them a status that was found in other days decides nothing
 */
export const createCertificateJudge =
  ({ usesStatus, revocation }: RevocationPolicy & { readonly usesStatus: boolean }) =>
  ({ der, status }: StoredCertificate, now: Date): boolean => {
    try {
      judgeCertificate({ certificate: readCertificate(der), status: usesStatus ? status : null }, now, { revocation })
      return true
    } catch (error) {
      if (error instanceof TrustError) return false
      throw error
    }
  }
