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
  | 'TIMESTAMP_MISSING'
  | 'TIMESTAMP_INVALID'
  | 'TIMESTAMP_EXPIRED'
  | 'TIMESTAMP_FUTURE'

export class EnvelopeError extends SenderError<EnvelopeErrorCode> {}

/** A refused signature. `report` is filled in by `verify` and holds every check up to the one that failed. */
export class TrustError extends SenderError<TrustErrorCode> {
  report: VerificationReport | null = null
}

/** What was checked, in the order in which it was checked; the last check of a refused request is the failed one. */
export interface VerificationReport {
  readonly checks: Check[]
}

export interface Check {
  readonly check: string
  readonly passed: boolean
  /** Facts a vendor or operator needs: algorithms, digests, identifiers, instants; never content or personal data. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}
