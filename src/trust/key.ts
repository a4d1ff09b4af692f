import { fingerprintOf, readCertificate, readToken, type Certificate, type JudgedCertificate } from './certificate.js'
import { isSameName } from './distinguished-name.js'
import { TrustError } from './errors.js'
import type { Reporter } from './report.js'
import type { SecurityHeader } from './security-header.js'
import type { Signature } from './signature.js'

/** Whoever registered a certificate; `certificate` is the registered one, never the one in the message. */
export interface Registered extends JudgedCertificate {
  readonly certificate: Certificate
  /** nobody has registered it; its chain is looked at when somebody has */
  readonly isApplicant?: boolean
}

/** Where registered certificates are looked up. */
export interface Registry<Owner extends Registered> {
  /** @param fingerprint  SHA-256 of the DER, lower-case hex */
  findCertificate(fingerprint: string): Promise<Owner | null>
  /** Registered certificates of the authority that the request names; nobody has proven yet that it is that authority. */
  listCertificates(): Promise<readonly Owner[]>
  /**
   * Given where a key may sign that is to be registered: whoever signs with it has it, and nothing else is proven.
   * Such an owner is an applicant.
   */
  applicant?(certificate: Certificate): Owner
}

/**
 * The registered certificate that a signature names: by the certificate in the token, or by issuer and serial number.
 * @throws TrustError CERTIFICATE_UNREADABLE, CERTIFICATE_UNTRUSTED, SIGNATURE_POLICY
 */
export async function findSigner<Owner extends Registered>(
  { token }: SecurityHeader,
  { keyReference }: Signature,
  registry: Registry<Owner>,
  report: Reporter,
): Promise<Owner> {
  if (keyReference.kind === 'issuer-serial') {
    report.facts({ issuer: keyReference.issuer, serial: keyReference.serial })
    return findByIssuerSerial(keyReference, await registry.listCertificates())
  }
  const der = readToken(token!)
  const fingerprint = fingerprintOf(der)
  report.facts({ fingerprint })
  const owner =
    (await registry.findCertificate(fingerprint)) ?? registry.applicant?.(readApplicantsCertificate(der)) ?? null
  if (owner === null) throw new TrustError('CERTIFICATE_UNTRUSTED', 'The certificate is not registered for any service')
  return owner
}

/** Ten times what a certificate with a long chain of policies needs; taking one apart costs by its length. */
const MAX_APPLICANT_BYTES = 16 * 1024

function readApplicantsCertificate(der: Buffer): Certificate {
  if (der.length > MAX_APPLICANT_BYTES)
    throw new TrustError('CERTIFICATE_UNREADABLE', 'The certificate is larger than any that can be registered')
  return readCertificate(der)
}

function findByIssuerSerial<Owner extends Registered>(
  { issuer, serial }: { issuer: string; serial: string },
  registered: readonly Owner[],
): Owner {
  const number = BigInt(serial).toString()
  const found = registered.filter(
    ({ certificate }) => certificate.serial === number && isSameName(issuer, certificate.issuerLines),
  )
  if (found[0] === undefined)
    throw new TrustError(
      'CERTIFICATE_UNTRUSTED',
      'The authority has no registered certificate of this issuer and serial number',
    )
  // A careless issuer may give one number twice; guessing which key is meant would be a choice of the sender's.
  if (new Set(found.map(({ certificate }) => certificate.fingerprint)).size > 1)
    throw new TrustError('SIGNATURE_POLICY', 'Two registered certificates have this issuer and serial number')
  return found[0]
}
