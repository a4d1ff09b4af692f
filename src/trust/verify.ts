import { canonicalString, type XmlElement } from '../xml/index.js'
import { verifyBytes } from './algorithms.js'
import { fingerprintOf, judgeCertificate, readToken, type Certificate } from './certificate.js'
import type { Envelope } from './envelope.js'
import { TrustError, type TrustErrorCode, type VerificationReport } from './errors.js'
import { judgeFreshness, type FreshnessPolicy } from './freshness.js'
import { indexDocument } from './ids.js'
import { judgeWithXmlCrypto } from './judge-xml-crypto.js'
import { Reporter } from './report.js'
import { readSecurityHeader, type SecurityHeader } from './security-header.js'
import { readSignature, type Signature } from './signature.js'

export interface TrustPolicy extends FreshnessPolicy {
  readonly sha1: 'allowed' | 'refused'
}

/** Whoever registered a certificate; `certificate` is the registered one, never the one in the message. */
export interface Registered {
  readonly certificate: Certificate
}

/** A request whose Body and Timestamp were signed with a registered key, just now. */
export interface Verified<Owner extends Registered> {
  readonly payload: XmlElement
  readonly owner: Owner
  readonly signatureAlgorithm: string
  readonly digestAlgorithm: string
  readonly report: VerificationReport
}

/**
 * Verifies a WS-Security signature over the SOAP Body and Timestamp. The returned payload is the very tree that was
 * digested. Checks run in the order of their cost; work before a valid signature is bounded by the header's own size.
 * @param now              instant that the Timestamp and the certificate are judged against
 * @param findCertificate  looks a registered certificate up by the SHA-256 of its DER, lower-case hex
 * @throws TrustError with the report up to the failed check
 * Source: OASIS WSS SOAP Message Security 1.1.1 §8, §10; wss.md §4; design.md "Trust, in the order of cost"
 */
export async function verify<Owner extends Registered>(
  envelope: Envelope,
  options: { now: Date; policy: TrustPolicy; findCertificate: (fingerprint: string) => Promise<Owner | null> },
): Promise<Verified<Owner>> {
  const report = new Reporter()
  try {
    return await verifyReporting(envelope, options, report)
  } catch (error) {
    if (error instanceof TrustError) {
      report.failed(error)
      error.report = report
    }
    throw error
  }
}

async function verifyReporting<Owner extends Registered>(
  envelope: Envelope,
  {
    now,
    policy,
    findCertificate,
  }: { now: Date; policy: TrustPolicy; findCertificate: (fingerprint: string) => Promise<Owner | null> },
  report: Reporter,
): Promise<Verified<Owner>> {
  report.next('security-header')
  const header = readSecurityHeader(envelope)

  report.next('signature-structure')
  const signature = readSignature(header.signature)
  const digestAlgorithm = signature.references[0]!.digest
  report.facts({
    signatureAlgorithm: signature.algorithm.uri,
    digestAlgorithm: digestAlgorithm.uri,
    references: signature.references.length,
  })

  report.next('algorithms')
  const usesSha1 = signature.algorithm.digest === 'sha1' || signature.references.some((r) => r.digest.name === 'sha1')
  report.facts({ sha1: usesSha1 })
  if (usesSha1 && policy.sha1 === 'refused') throw new TrustError('ALGORITHM_REFUSED', 'SHA-1 is not accepted')

  report.next('references')
  const parts = resolveParts(envelope, header, signature)

  report.next('certificate')
  const der = readToken(header.token)
  const fingerprint = fingerprintOf(der)
  report.facts({ fingerprint })
  const owner = await findCertificate(fingerprint)
  if (owner === null) throw new TrustError('CERTIFICATE_UNTRUSTED', 'The certificate is not registered for any service')
  report.facts({ subject: owner.certificate.subject, notAfter: owner.certificate.notAfter.toISOString() })
  judgeCertificate(owner.certificate, now)

  report.next('signature-value')
  const signedInfo = canonicalString(signature.signedInfo, signature.inclusivePrefixes)
  if (!verifyBytes(signature.algorithm, signedInfo, owner.certificate.publicKey, signature.value)) {
    throw new TrustError(
      'SIGNATURE_INVALID',
      'The signature value was not made with the key of the certificate, or SignedInfo was changed',
    )
  }

  report.next('digests')
  const verdict = judgeWithXmlCrypto({ signature, signedInfo, publicKey: owner.certificate.publicKey, parts })
  if (!verdict.valid) throw changed(envelope, header, parts, verdict.digestMismatch)

  report.next('timestamp')
  const freshness = judgeFreshness(header.timestamp, now, policy)
  report.facts({
    createdAt: freshness.createdAt.toISOString(),
    expiresAt: freshness.expiresAt.toISOString(),
    clockOffsetMs: freshness.offsetMs,
  })

  report.done()
  return {
    payload: envelope.payload,
    owner,
    signatureAlgorithm: signature.algorithm.uri,
    digestAlgorithm: digestAlgorithm.uri,
    report,
  }
}

/**
 * The elements that the references mean: by identity, not by position. The envelope's own Body and the header's own
 * Timestamp have to be among them, each once; the token of this header has to be what KeyInfo points at.
 */
function resolveParts(envelope: Envelope, header: SecurityHeader, signature: Signature): XmlElement[] {
  const { ids, signatures } = indexDocument(envelope.document.root)
  if (ids.get(signature.tokenId) !== header.token)
    throw policyError('KeyInfo does not point at the token of this header')
  const parts = signature.references.map((reference) => ids.get(reference.id) ?? fail('A reference points at nothing'))
  if (new Set(parts).size !== parts.length) throw policyError('Two references point at one element')
  if (signatures.some((found) => isWithin(found, parts))) throw policyError('A signed part holds a Signature')
  if (!parts.includes(envelope.body)) throw policyError('The signature does not cover the Body of this envelope')
  if (!parts.includes(header.timestamp)) throw policyError('The signature does not cover the Timestamp of this header')
  return parts
}

function isWithin(element: XmlElement, parts: readonly XmlElement[]): boolean {
  for (let e: XmlElement | null = element; e !== null; e = e.parent) if (parts.includes(e)) return true
  return false
}

function changed(
  envelope: Envelope,
  header: SecurityHeader,
  parts: readonly XmlElement[],
  index: number | null,
): TrustError {
  if (index === null) return new TrustError('SIGNATURE_JUDGES_DISAGREE', 'The judges of the signature disagree')
  const part = parts[index]
  const code: TrustErrorCode =
    part === envelope.body ? 'BODY_CHANGED' : part === header.timestamp ? 'TIMESTAMP_CHANGED' : 'PART_CHANGED'
  return new TrustError(code, 'A signed part is not what was signed')
}

const policyError = (message: string): TrustError => new TrustError('SIGNATURE_POLICY', message)

function fail(message: string): never {
  throw policyError(message)
}
