/**
 * Trust decides who sent a request and what exactly was signed. Raw bytes come in, the signed tree goes out; a
 * certificate in a message proves nothing by itself, and nothing is ever fetched because a message says so.
 */
export { charsetOf, readEnvelope, refuseUnknownHeaders, type Envelope } from './envelope.js'
export {
  EnvelopeError,
  TrustError,
  type Cause,
  type CauseId,
  type EnvelopeErrorCode,
  type TrustErrorCode,
  type LiveReport,
  type PartReport,
  type VerificationReport,
} from './errors.js'
export { causeOfUnreadable, quick, thorough, type Effort } from './causes/index.js'
export {
  fingerprintOf,
  judgeCertificate,
  readCertificate,
  type Certificate,
  type CertificateStatus,
} from './certificate.js'
export {
  signEnvelope,
  signingAlgorithms,
  type AnswerAlgorithms,
  type AnswerTimestamp,
  type SecurityParts,
  type Signer,
} from './sign.js'
export type { Registered, Registry } from './key.js'
export { sha1Refused } from './sha1.js'
export { verify, type TrustPolicy, type Verified } from './verify.js'
export { createCertificateJudge } from './usable.js'
