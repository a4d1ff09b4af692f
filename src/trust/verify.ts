import { createHash } from 'node:crypto'
import { canonicalString, type XmlElement } from '../xml/index.js'
import { verifyBytes } from './algorithms.js'
import { certificateFacts, judgeCertificate, type RevocationPolicy } from './certificate.js'
import type { Envelope } from './envelope.js'
import { findCause, type Effort } from './causes/index.js'
import { TrustError, type LiveReport, type TrustErrorCode } from './errors.js'
import type { Examined } from './examined.js'
import { judgeFreshness, readInstants, type FreshnessPolicy } from './freshness.js'
import { judgeWithXmlCrypto } from './judge-xml-crypto.js'
import { findSigner, type Registered, type Registry } from './key.js'
import { resolveParts } from './references.js'
import { certificateDetails, headerFacts, signatureFacts, signedInfoFacts, timestampFacts } from './report-facts.js'
import { Reporter } from './report.js'
import { readSecurityHeader, type SecurityHeader } from './security-header.js'
import { readSignature } from './signature.js'

export interface TrustPolicy extends FreshnessPolicy, RevocationPolicy {
  /** 'refused' refuses SHA-1 of everybody; otherwise each service may refuse it for itself */
  readonly sha1: 'allowed' | 'refused'
}

/** A request whose Body and Timestamp were signed with a registered key, just now. */
export interface Verified<Owner extends Registered> {
  readonly payload: XmlElement
  readonly owner: Owner
  readonly signatureAlgorithm: string
  readonly digestAlgorithm: string
  readonly usesSha1: boolean
  /** the same for every copy of this signed request, and for no other: SHA-256 over certificate and canonical SignedInfo */
  readonly replayKey: Buffer
  /** from then on a copy would be refused as too old */
  readonly freshUntil: Date
  readonly report: LiveReport
}

export interface VerifyOptions<Owner extends Registered> {
  /** instant that the Timestamp and the certificate are judged against */
  readonly now: Date
  readonly policy: TrustPolicy
  readonly registry: Registry<Owner>
  /** how much work looking for the cause of a refusal may be; little unless nobody waits for the answer */
  readonly effort?: Effort
}

/**
 * Verifies a WS-Security signature over the SOAP Body and Timestamp. The returned payload is the very tree that was
 * digested. Checks run in the order of their cost; work before a valid signature is bounded by the header's own size.
 * @throws TrustError with the report up to the failed check
 * Source: OASIS WSS SOAP Message Security 1.1.1 §8, §10; wss.md §4; design.md "Trust, in the order of cost"
 */
export async function verify<Owner extends Registered>(
  envelope: Envelope,
  options: VerifyOptions<Owner>,
): Promise<Verified<Owner>> {
  const examined: Examined<Owner> = { envelope }
  const report = new Reporter(examined)
  try {
    return await verifyReporting(examined, options, report)
  } catch (error) {
    if (error instanceof TrustError) {
      report.failed(error)
      const found = await findCause({ examined, code: error.code, ...options })
      report.cause = found.cause
      report.search = found.search
      error.report = report
    }
    throw error
  }
}

async function verifyReporting<Owner extends Registered>(
  examined: Examined<Owner>,
  { now, policy, registry }: VerifyOptions<Owner>,
  report: Reporter,
): Promise<Verified<Owner>> {
  const { envelope } = examined
  report.next('security-header')
  report.details(() => headerFacts(envelope))
  const header = (examined.header = readSecurityHeader(envelope))

  report.next('signature-structure')
  report.details(() => signatureFacts(header.signature))
  const signature = (examined.signature = readSignature(header.signature))
  const digestAlgorithm = signature.references[0]!.digest
  report.facts({
    signatureAlgorithm: signature.algorithm.uri,
    digestAlgorithm: digestAlgorithm.uri,
    references: signature.references.length,
    keyReference: signature.keyReference.kind,
  })

  report.next('algorithms')
  const usesSha1 = signature.algorithm.digest === 'sha1' || signature.references.some((r) => r.digest.name === 'sha1')
  report.facts({ sha1: usesSha1 })
  if (usesSha1 && policy.sha1 === 'refused') throw new TrustError('ALGORITHM_REFUSED', 'SHA-1 is not accepted')

  report.next('references')
  const parts = (examined.parts = resolveParts(envelope, header, signature))

  report.next('certificate')
  const owner = (examined.owner = await findSigner(header, signature, registry, report))
  const { certificate } = owner
  report.facts(certificateFacts(owner))
  report.details(() => certificateDetails(certificate))
  judgeCertificate(owner, now, owner.isApplicant === true ? { revocation: 'off' } : policy)

  report.next('signature-value')
  report.details(() => ({ prefixList: signature.inclusivePrefixes, ...signedInfoFacts(examined) }))
  const signedInfo = (examined.signedInfo = canonicalString(signature.signedInfo, signature.inclusivePrefixes))
  if (!verifyBytes(signature.algorithm, signedInfo, certificate.publicKey, signature.value)) {
    throw new TrustError(
      'SIGNATURE_INVALID',
      'The signature value was not made with the key of the certificate, or SignedInfo was changed',
    )
  }

  report.next('digests')
  const verdict = (examined.verdict = judgeWithXmlCrypto({
    signature,
    signedInfo,
    publicKey: certificate.publicKey,
    parts,
  }))
  if (!verdict.valid) throw changed(envelope, header, parts, verdict.digestMismatch)

  report.next('timestamp')
  const instants = readInstants(header.timestamp)
  report.facts(timestampFacts(instants, now))
  const freshness = judgeFreshness(instants, now, policy)

  report.done()
  return {
    payload: envelope.payload,
    owner,
    signatureAlgorithm: signature.algorithm.uri,
    digestAlgorithm: digestAlgorithm.uri,
    usesSha1,
    replayKey: createHash('sha256').update(certificate.fingerprint).update('\n').update(signedInfo).digest(),
    freshUntil: freshness.freshUntil,
    report,
  }
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
