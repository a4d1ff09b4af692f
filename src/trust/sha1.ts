import { TrustError, type VerificationReport } from './errors.js'

/**
 * The refusal of a request that is right but signed with SHA-1, when its service wants none. Which service it is, is
 * known only after everything else passed: the report gets one check more.
 */
export function sha1Refused(report: VerificationReport): TrustError {
  const error = new TrustError('ALGORITHM_REFUSED', 'The service does not accept SHA-1')
  const facts = { code: error.code, reason: error.message, sha1: true }
  error.report = {
    ...report,
    checks: [...report.checks, { check: 'service-algorithms', passed: false, facts }],
    cause: { id: 'old-algorithm', certainty: 'proven', facts: { algorithms: ['SHA-1'] } },
  }
  return error
}
