import { createHash, X509Certificate, type KeyObject } from 'node:crypto'
import { BitString } from 'asn1js'
import { Certificate as ParsedCertificate } from 'pkijs'
import type { XmlElement } from '../xml/index.js'
import { strictBase64 } from './base64.js'
import { TrustError } from './errors.js'
import { BASE64_BINARY, X509_V3 } from './names.js'

/** A certificate as it is registered for services; made once, used for every request. */
export interface Certificate {
  readonly der: Buffer
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string
  readonly publicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  /** distinguished name, one line */
  readonly subject: string
  /** distinguished name as node:crypto gives it: one part a line, the first part first, escaped as in RFC 2253 */
  readonly issuerLines: string
  /** serial number, decimal */
  readonly serial: string
  /** false when its keyUsage extension says that the key is for other things than signatures over data */
  readonly maySign: boolean
}

/** What the last look at a registered certificate's chain and revocation found; made in the background, never here. */
export interface CertificateStatus {
  readonly state: 'good' | 'revoked' | 'untrusted' | 'unknown'
  /** what said so; a chain alone knows nothing about revocation, an anchor is trusted by configuration and has none */
  readonly source: 'ocsp' | 'crl' | 'chain' | 'anchor'
  readonly reason: string | null
  readonly revokedAt: Date | null
  readonly checkedAt: Date
  /** from then on it says nothing any more; null when there is no such time */
  readonly validUntil: Date | null
}

/**
 * off: revocation is not asked; prefer: what is known counts, and what is not known passes; require: without a fresh
 * good status nothing passes. In all three a certificate whose chain was built in vain is refused.
 */
export interface RevocationPolicy {
  readonly revocation: 'off' | 'prefer' | 'require'
}

/** A registered certificate, with its status when certificates are checked at all: only where CAs are configured. */
export interface JudgedCertificate {
  readonly certificate: Certificate
  readonly status?: CertificateStatus | null
}

/**
 * Takes a certificate apart. What it says about itself proves nothing: trust comes from its registration.
 * @param encoded  one X.509 certificate, DER or PEM
 * @throws TrustError CERTIFICATE_UNREADABLE
 */
export function readCertificate(encoded: Buffer | string): Certificate {
  try {
    const x509 = new X509Certificate(encoded)
    return {
      der: x509.raw,
      fingerprint: fingerprintOf(x509.raw),
      publicKey: x509.publicKey,
      notBefore: new Date(x509.validFrom),
      notAfter: new Date(x509.validTo),
      subject: x509.subject.replaceAll('\n', ', '),
      issuerLines: x509.issuer,
      serial: decimal(x509.serialNumber),
      maySign: maySign(x509.raw),
    }
  } catch {
    throw new TrustError('CERTIFICATE_UNREADABLE', 'The token is not an X.509 certificate')
  }
}

/** Some old CAs gave negative numbers, which node:crypto writes as -01E240. */
const decimal = (hex: string): string =>
  (hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`)).toString()

/** SHA-256 of a certificate, lower-case hex. */
export const fingerprintOf = (der: Buffer): string => createHash('sha256').update(der).digest('hex')

/** The DER in a BinarySecurityToken. Source: WSS X.509 Certificate Token Profile 1.1.1 §3.1. */
export function readToken(token: XmlElement): Buffer {
  const type = token.attribute('', 'ValueType')
  const encoding = token.attribute('', 'EncodingType')
  if (type !== null && type !== X509_V3)
    throw new TrustError('SIGNATURE_POLICY', 'The BinarySecurityToken is not an X.509v3 certificate')
  if (encoding !== null && encoding !== BASE64_BINARY)
    throw new TrustError('SIGNATURE_POLICY', 'The BinarySecurityToken is not base64')
  const der = token.elements().length > 0 ? null : strictBase64(token.text())
  if (der === null) throw new TrustError('CERTIFICATE_UNREADABLE', 'The BinarySecurityToken is not base64')
  return der
}

const KEY_USAGE = '2.5.29.15'
/** digitalSignature (bit 0) and contentCommitment, once called nonRepudiation (bit 1). Source: RFC 5280 §4.2.1.3 */
const SIGNING_BITS = 0b1100_0000

/** Whether the key may sign data; a certificate without the extension does not limit its key. */
function maySign(der: Buffer): boolean {
  const extension = ParsedCertificate.fromBER(new Uint8Array(der)).extensions?.find(
    ({ extnID }) => extnID === KEY_USAGE,
  )
  if (extension === undefined) return true
  const usage: unknown = extension.parsedValue
  return usage instanceof BitString && ((usage.valueBlock.valueHexView[0] ?? 0) & SIGNING_BITS) !== 0
}

/**
 * Refuses a registered certificate that may not sign now. Works on what was found out before; nothing is fetched.
 * @throws TrustError CERTIFICATE_EXPIRED, CERTIFICATE_WEAK, CERTIFICATE_USAGE, CERTIFICATE_CHAIN, CERTIFICATE_REVOKED,
 *   CERTIFICATE_STATUS_UNKNOWN
 * Source: design.md "Trust, in the order of cost" step 3; RFC 5280 §4.1.2.5, §4.2.1.3
 */
export function judgeCertificate(
  { certificate, status }: JudgedCertificate,
  now: Date,
  { revocation }: RevocationPolicy,
): void {
  if (now < certificate.notBefore || now > certificate.notAfter) {
    throw new TrustError('CERTIFICATE_EXPIRED', 'The certificate is not valid now')
  }
  if (!isFit(certificate.publicKey))
    throw new TrustError('CERTIFICATE_WEAK', 'The key is not RSA of 2048 to 8192 bits or EC P-256/P-384')
  if (!certificate.maySign)
    throw new TrustError('CERTIFICATE_USAGE', "The certificate's keyUsage does not allow signatures")
  judgeStatus(status ?? null, now, revocation)
}

/** Longer keys make every verification dear, and whoever registers chooses his own; no CA gives them. */
const MAX_RSA_BITS = 8192
const MAX_EXPONENT = 2n ** 32n

function isFit({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  const { modulusLength: bits = 0, publicExponent: exponent = 0n, namedCurve } = details ?? {}
  return (
    (type === 'rsa' && bits >= 2048 && bits <= MAX_RSA_BITS && exponent >= 65537n && exponent <= MAX_EXPONENT) ||
    (type === 'ec' && (namedCurve === 'prime256v1' || namedCurve === 'secp384r1'))
  )
}

function judgeStatus(status: CertificateStatus | null, now: Date, revocation: RevocationPolicy['revocation']): void {
  // No chain is no chain, and revoked stays revoked, until a later look finds otherwise: age does not mend either.
  if (status?.state === 'untrusted')
    throw new TrustError('CERTIFICATE_CHAIN', 'The certificate does not lead to a configured CA')
  if (revocation === 'off') return
  if (status?.state === 'revoked') throw new TrustError('CERTIFICATE_REVOKED', 'The certificate is revoked')
  if (revocation === 'prefer') return
  if (status?.state !== 'good' || status.source === 'chain')
    throw new TrustError('CERTIFICATE_STATUS_UNKNOWN', 'Whether the certificate is revoked could not be found out')
  if (status.validUntil !== null && now > status.validUntil)
    throw new TrustError('CERTIFICATE_STATUS_UNKNOWN', 'The last answer about revocation is out of date')
}

/** What the verification report tells about a certificate and its status. */
export function certificateFacts({ certificate, status }: JudgedCertificate): Record<string, string> {
  const facts = {
    fingerprint: certificate.fingerprint,
    subject: certificate.subject,
    notAfter: certificate.notAfter.toISOString(),
  }
  if (status === undefined || status === null) return facts
  return {
    ...facts,
    status: status.state,
    statusSource: status.source,
    ...(status.reason !== null && { statusReason: status.reason }),
    checkedAt: status.checkedAt.toISOString(),
  }
}
