import { createHash, X509Certificate, type KeyObject } from 'node:crypto'
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
    }
  } catch {
    throw new TrustError('CERTIFICATE_UNREADABLE', 'The token is not an X.509 certificate')
  }
}

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

/**
 * Refuses a registered certificate that may not sign now.
 * @throws TrustError CERTIFICATE_EXPIRED, CERTIFICATE_WEAK
 * Source: design.md "Trust, in the order of cost" step 3; RFC 5280 §4.1.2.5
 */
export function judgeCertificate(certificate: Certificate, now: Date): void {
  if (now < certificate.notBefore || now > certificate.notAfter) {
    throw new TrustError('CERTIFICATE_EXPIRED', 'The certificate is not valid now')
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
  const strong =
    (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048 && (details?.publicExponent ?? 0n) >= 65537n) ||
    (type === 'ec' && (details?.namedCurve === 'prime256v1' || details?.namedCurve === 'secp384r1'))
  if (!strong) throw new TrustError('CERTIFICATE_WEAK', 'The key is not RSA of at least 2048 bits or EC P-256/P-384')
}
