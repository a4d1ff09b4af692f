import { dayIn } from './dates.js'
import type { Answers, JoiningProcess } from './process.js'
import { openQuestions, questionSet } from './questions.js'
import type { Environment, Needs } from './states.js'

/** What a service still lacks, in the order in which it is best seen to. */
export const requirements = [
  'business-id-missing',
  'contacts-missing',
  'certificate-missing',
  'agreement-missing',
  'agreement-not-begun',
  'agreement-expired',
  'deployment-plan-missing',
  'deployment-tasks-open',
  'self-audit-missing',
  'self-audit-dated-ahead',
  'self-audit-incomplete',
  'self-audit-expired',
  'security-missing',
  'security-dated-ahead',
  'security-incomplete',
  'test-agreement-missing',
  'test-report-missing',
  'test-report-dated-ahead',
  'test-report-failed',
  'conformance-missing',
  'conformance-dated-ahead',
  'conformance-failed',
  'certificate-expires-soon',
  'production-date-missing',
  'production-date-ahead',
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
export const missingForProduction = (facts: RequirementFacts, now: Date): Requirement[] =>
  missingBefore('production', facts, now)

/** What is missing before a service may act in production today: also the announced day has to have come. */
export const missingForOpening = (facts: RequirementFacts, now: Date): Requirement[] =>
  missingBefore('opening', facts, now)

/** What is missing for a move, by what it needs. */
export const missingFor = (needs: Needs, facts: RequirementFacts, now: Date): Requirement[] =>
  needs === 'nothing' ? [] : needs === 'test' ? missingForTest(facts, now) : missingBefore(needs, facts, now)

function missingBefore(what: 'production' | 'opening', facts: RequirementFacts, now: Date): Requirement[] {
  if (facts.environment === 'test') return missingForTest(facts, now)
  const { process, certificates, approvals } = facts
  const forTest = missingForTest(facts, now)
  const later = new Date(now.getTime() + CERTIFICATE_RESERVE_DAYS * DAY_MS)
  const lasts = certificates.some(({ notBefore, notAfter, usable }) => usable && notBefore <= now && notAfter >= later)
  const operators = new Set(approvals).size
  const today = dayIn(now)
  return [
    ...forTest,
    ...missingOfProcess(process, today),
    ...need(lasts || forTest.includes('certificate-missing'), 'certificate-expires-soon'),
    ...need(process.productionDate !== undefined, 'production-date-missing'),
    ...need(what !== 'opening' || hasCome(process.productionDate?.announcedOn, today), 'production-date-ahead'),
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
    ...need(hasCome(agreement?.validFrom, today), 'agreement-not-begun'),
    ...need(agreementHolds, 'agreement-expired'),
    ...need(deploymentPlan !== undefined, 'deployment-plan-missing'),
    ...need(deploymentPlan?.tasks.some(isOverdue(today)) !== true, 'deployment-tasks-open'),
    ...need(selfAudit !== undefined, 'self-audit-missing'),
    ...need(hasCome(selfAudit?.answeredOn, today), 'self-audit-dated-ahead'),
    ...need(selfAudit === undefined || isComplete(selfAudit), 'self-audit-incomplete'),
    ...need(selfAudit === undefined || selfAudit.expiresOn >= today, 'self-audit-expired'),
    ...need(security !== undefined, 'security-missing'),
    ...need(hasCome(security?.answeredOn, today), 'security-dated-ahead'),
    ...need(security === undefined || isComplete(security), 'security-incomplete'),
    ...need(testAgreement !== undefined, 'test-agreement-missing'),
    ...need(testReport !== undefined, 'test-report-missing'),
    ...need(hasCome(testReport?.on, today), 'test-report-dated-ahead'),
    ...need(testReport?.result !== 'failed', 'test-report-failed'),
    ...need(conformance !== undefined, 'conformance-missing'),
    ...need(hasCome(conformance?.on, today), 'conformance-dated-ahead'),
    ...need(conformance === undefined || conformance.passed, 'conformance-failed'),
  ]
}

/** Nobody has done yet what is dated ahead; what is not there is told otherwise. */
const hasCome = (day: string | undefined, today: string): boolean => (day ?? today) <= today

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
