/**
 * Trust decides who sent a request and what exactly was signed. Raw bytes come in, the signed tree goes out; a
 * certificate in a message proves nothing by itself, and nothing is ever fetched because a message says so.
 */
export { readEnvelope, refuseUnknownHeaders, type Envelope } from './envelope.js'
export {
  EnvelopeError,
  TrustError,
  type EnvelopeErrorCode,
  type TrustErrorCode,
  type VerificationReport,
} from './errors.js'
export { readCertificate, type Certificate } from './certificate.js'
export { signEnvelope, type AnswerAlgorithms, type SecurityParts, type Signer } from './sign.js'
export { verify, type Registered, type TrustPolicy, type Verified } from './verify.js'
