import { dayIn } from './dates.js'
import type { Answers, JoiningProcess } from './process.js'
import { openQuestions, questionSet } from './questions.js'
import type { Environment } from './states.js'

/** What a service still lacks, in the order in which it is best seen to. */
export const requirements = [
  'business-id-missing',
  'contacts-missing',
  'certificate-missing',
  'agreement-missing',
  'agreement-expired',
  'deployment-plan-missing',
  'deployment-tasks-open',
  'self-audit-missing',
  'self-audit-incomplete',
  'self-audit-expired',
  'security-missing',
  'security-incomplete',
  'test-agreement-missing',
  'test-report-missing',
  'test-report-failed',
  'conformance-missing',
  'conformance-failed',
  'certificate-expires-soon',
  'production-date-missing',
  'approval-first-missing',
  'approval-second-missing',
] as const

export type Requirement = (typeof requirements)[number]

export interface RequirementFacts {
  readonly environment: Environment
  readonly process: JoiningProcess
  /** `usable`: a signature of it would be taken now */
  readonly certificates: readonly { readonly notBefore: Date; readonly notAfter: Date; readonly usable: boolean }[]
  readonly contacts: number
  readonly businessId: string | null
  /** operators who approved just this */
  readonly approvals: readonly string[]
}

/** A service that is opened must not fall silent within a month. */
export const CERTIFICATE_RESERVE_DAYS = 30
export const APPROVALS_NEEDED = 2
/** Certificates of one service, the old ones too: more is no rollover. */
export const MAX_CERTIFICATES = 20

const DAY_MS = 24 * 60 * 60 * 1000

/** What is missing before a service may be tested. */
export function missingForTest({ businessId, contacts, certificates }: RequirementFacts, now: Date): Requirement[] {
  return [
    ...need(businessId !== null, 'business-id-missing'),
    ...need(contacts > 0, 'contacts-missing'),
    ...need(
      certificates.some(({ notBefore, notAfter, usable }) => usable && notBefore <= now && notAfter >= now),
      'certificate-missing',
    ),
  ]
}

/**
 * What is missing before a service may act in production. A service that is registered for test never does, so it
 * lacks only what tests need; whoever opens services refuses it for what it is registered for.
 */
export function missingForProduction(facts: RequirementFacts, now: Date): Requirement[] {
  if (facts.environment === 'test') return missingForTest(facts, now)
  const { process, certificates, approvals } = facts
  const forTest = missingForTest(facts, now)
  const later = new Date(now.getTime() + CERTIFICATE_RESERVE_DAYS * DAY_MS)
  const lasts = certificates.some(({ notBefore, notAfter, usable }) => usable && notBefore <= now && notAfter >= later)
  const operators = new Set(approvals).size
  return [
    ...forTest,
    ...missingOfProcess(process, dayIn(now)),
    ...need(lasts || forTest.includes('certificate-missing'), 'certificate-expires-soon'),
    ...need(process.productionDate !== undefined, 'production-date-missing'),
    ...need(operators >= 1, 'approval-first-missing'),
    ...need(operators >= APPROVALS_NEEDED, 'approval-second-missing'),
  ]
}

/** @param today  YYYY-MM-DD; whatever ends on a day holds through that day */
function missingOfProcess(process: JoiningProcess, today: string): Requirement[] {
  const { agreement, deploymentPlan, selfAudit, security, testAgreement, testReport, conformance } = process
  const agreementHolds = agreement === undefined || (agreement.validTo ?? today) >= today
  return [
    ...need(agreement !== undefined, 'agreement-missing'),
    ...need(agreementHolds, 'agreement-expired'),
    ...need(deploymentPlan !== undefined, 'deployment-plan-missing'),
    ...need(deploymentPlan?.tasks.some(isOverdue(today)) !== true, 'deployment-tasks-open'),
    ...need(selfAudit !== undefined, 'self-audit-missing'),
    ...need(selfAudit === undefined || isComplete(selfAudit), 'self-audit-incomplete'),
    ...need(selfAudit === undefined || selfAudit.expiresOn >= today, 'self-audit-expired'),
    ...need(security !== undefined, 'security-missing'),
    ...need(security === undefined || isComplete(security), 'security-incomplete'),
    ...need(testAgreement !== undefined, 'test-agreement-missing'),
    ...need(testReport !== undefined, 'test-report-missing'),
    ...need(testReport?.result !== 'failed', 'test-report-failed'),
    ...need(conformance !== undefined, 'conformance-missing'),
    ...need(conformance === undefined || conformance.passed, 'conformance-failed'),
  ]
}

/** A plan may have tasks for later; what should have been done by now has to be. */
const isOverdue =
  (today: string) =>
  ({ dueOn, doneOn }: { readonly dueOn: string; readonly doneOn?: string }): boolean =>
    doneOn === undefined && dueOn < today

function isComplete({ set: name, version, answers }: Answers): boolean {
  const set = questionSet(name, version)
  return set !== null && openQuestions(set, answers).length === 0
}

const need = (isThere: boolean, otherwise: Requirement): Requirement[] => (isThere ? [] : [otherwise])
