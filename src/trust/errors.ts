import { SenderError } from '../errors.js'

/** Why a request is no SOAP 1.1 message that we understand; told to the caller as a Fault. */
export type EnvelopeErrorCode = 'SOAP_INVALID' | 'SOAP_VERSION' | 'SOAP_BODY_EMPTY' | 'SOAP_MUST_UNDERSTAND'

/** Why a signature does not let a request in; told to the caller as 406, the exact code only to the log. */
export type TrustErrorCode =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_POLICY'
  | 'SIGNATURE_INVALID'
  | 'SIGNATURE_JUDGES_DISAGREE'
  | 'BODY_CHANGED'
  | 'TIMESTAMP_CHANGED'
  | 'PART_CHANGED'
  | 'ALGORITHM_REFUSED'
  | 'CERTIFICATE_UNREADABLE'
  | 'CERTIFICATE_UNTRUSTED'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_WEAK'
  | 'CERTIFICATE_USAGE'
  | 'CERTIFICATE_CHAIN'
  | 'CERTIFICATE_REVOKED'
  | 'CERTIFICATE_STATUS_UNKNOWN'
  | 'TIMESTAMP_MISSING'
  | 'TIMESTAMP_UNSIGNED'
  | 'TIMESTAMP_INVALID'
  | 'TIMESTAMP_EXPIRED'
  | 'TIMESTAMP_FUTURE'

export class EnvelopeError extends SenderError<EnvelopeErrorCode> {}

/** A refused signature. `report` is filled in by `verify` and holds every check up to the one that failed. */
export class TrustError extends SenderError<TrustErrorCode> {
  report: VerificationReport | LiveReport | null = null
}

/** What was checked, in the order in which it was checked; the last check of a refused request is the failed one. */
export interface VerificationReport {
  readonly checks: readonly Check[]
  /** what each reference of the signature means; missing when nothing was signed */
  readonly parts?: readonly PartReport[]
  /** why the request was refused, where that could be found out; it never decides anything */
  readonly cause?: Cause | null
  /** how far the cause was looked for; incomplete when more would have cost too much while the caller waited */
  readonly search?: Search | null
}

/** A report that still knows the request. */
export interface LiveReport extends VerificationReport {
  /** Canonical octets of a signed part, made when asked for; null when nobody knows what the reference means. */
  canonicalOf(reference: number): Buffer | null
  /** Everything that can be told, also of a request that was accepted. */
  whole(): VerificationReport
}

export interface Check {
  readonly check: string
  readonly passed: boolean
  /** Facts a vendor or operator needs: algorithms, digests, identifiers, instants; never content or personal data. */
  readonly facts: Facts
}

export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** One reference of a signature. An accepted request keeps element, digest and size only. */
export interface PartReport {
  /** local name of the element that the reference means; null when nothing or more than one thing has the id */
  readonly element: string | null
  /** base64, as in the message */
  readonly digest: string
  /** base64, what our canonical form digests to; null when it was not computed */
  readonly computed?: string | null
  /** octets of our canonical form */
  readonly sizeBytes: number | null
  readonly id?: string
  readonly transforms?: readonly string[]
  readonly prefixList?: readonly string[]
  readonly digestAlgorithm?: string
}

/** Why a request is refused. Proven: an experiment on what was sent gave the very digest or signature that was sent. */
export interface Cause {
  readonly id: CauseId
  readonly certainty: 'proven' | 'likely'
  readonly facts: Facts
  /** local names of the signed parts that it concerns */
  readonly parts?: readonly string[]
}

export interface Search {
  /** forms of a signed part that were tried */
  readonly tried: number
  readonly complete: boolean
}

/** Stable; what they mean in words, and what to do, is told by who shows them. */
export type CauseId =
  | 'reindented-after-signing'
  | 'line-endings-changed'
  | 'namespace-declaration-moved'
  | 'wrong-canonicalisation'
  | 'byte-order-mark'
  | 'text-encoding-changed'
  | 'digest-of-other-part'
  | 'digest-mislabelled'
  | 'signed-before-change'
  | 'wrong-key'
  | 'key-type-differs'
  | 'signed-info-changed'
  | 'signature-algorithm-mislabelled'
  | 'signature-value-encoding'
  | 'ecdsa-value-encoding'
  | 'rsa-pss'
  | 'other-certificate'
  | 'token-content'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'clock-off'
  | 'local-time-as-utc'
  | 'timestamp-form'
  | 'signature-missing'
  | 'timestamp-missing'
  | 'timestamp-unsigned'
  | 'body-unsigned'
  | 'id-not-found'
  | 'id-repeated'
  | 'header-shape'
  | 'old-algorithm'
  | 'algorithm-not-accepted'
  | 'charset-mismatch'
  | 'truncated'
  | 'leading-white-space'
  | 'multipart'
  | 'http-headers'
  | 'html-page'
  | 'empty'
