import type { JoiningProcess, Names, ProcessPart, RegisteredContact, Wishes } from '../../registration/index.js'
import type { audit } from '../../store/index.js'
import { shown } from '../layout.js'
import type { ShownRegistration, ThinkableMove } from './read.js'

type Fields = readonly (readonly [name: string, value: string])[]

export const standingFields = ({
  state,
  stateAt,
  reason,
  suspendedFrom,
  environment,
  revision,
}: ShownRegistration): Fields => [
  ['state', `${state} since ${shown(stateAt)}${suspendedFrom === null ? '' : `, before that ${suspendedFrom}`}`],
  ['why', shown(reason)],
  ['for', environment],
  ['revision', String(revision)],
]

export const identityFields = ({ businessId, authorityNames, serviceNames, wishes }: ShownRegistration): Fields => [
  ['business id', shown(businessId)],
  ['authority', namesText(authorityNames)],
  ['service', namesText(serviceNames)],
  ['asked for', wishesText(wishes)],
]

const namesText = ({ fi, sv, en }: Names): string =>
  [fi, sv, en]
    .filter((name) => name !== null)
    .map(shown)
    .join(' · ')

function wishesText({ operations, electronic, paper, verifiable, ...amounts }: Partial<Wishes>): string {
  const ways = Object.entries({ electronic, paper, verifiable }).flatMap(([way, wished]) => (wished ? [way] : []))
  const { messagesPerYear, messagesInPeakHour } = amounts
  return [
    operations == null ? 'all operations' : operations.map(shown).join(', '),
    ...(ways.length === 0 ? [] : [ways.join(' and ')]),
    ...(messagesPerYear == null ? [] : [`${messagesPerYear} messages a year`]),
    ...(messagesInPeakHour == null ? [] : [`${messagesInPeakHour} in a peak hour`]),
  ].join('; ')
}

export const contactLine = ({ name, role, email, phone }: RegisteredContact): string =>
  [`${shown(name)} (${role})`, email, phone]
    .filter((part) => part !== null)
    .map(shown)
    .join(', ')

/** The key facts of each part; all of it is in the JSON. */
export function partLines(process: JoiningProcess): string[] {
  const { agreement, deploymentPlan, selfAudit, security, testAgreement, testReport, conformance } = process
  const facts: Readonly<Record<ProcessPart, string | undefined>> = {
    agreement: agreement && `${shown(agreement.reference)}, until ${agreement.validTo ?? 'further notice'}`,
    deploymentPlan:
      deploymentPlan &&
      `${deploymentPlan.tasks.filter(({ doneOn }) => doneOn !== undefined).length} of ${deploymentPlan.tasks.length} tasks done`,
    selfAudit:
      selfAudit && `version ${selfAudit.version}, answered ${selfAudit.answeredOn}, until ${selfAudit.expiresOn}`,
    security: security && `version ${security.version}, answered ${security.answeredOn}`,
    testAgreement: testAgreement && `${testAgreement.scheduleFrom} – ${testAgreement.scheduleTo}`,
    testReport: testReport && `${testReport.result}, ${testReport.on}`,
    conformance:
      conformance &&
      `${conformance.passed ? 'passed' : 'failed'}, ${conformance.on}, stated by ${shown(conformance.statedBy)}`,
    productionDate: process.productionDate?.announcedOn,
  }
  return Object.entries(facts).flatMap(([part, fact]) => (fact === undefined ? [] : [`${part}: ${fact}`]))
}

export function moveLine({ move, to, needsReason, possible, lacks }: ThinkableMove): string {
  const why = lacks.length === 0 ? 'it is registered for test' : `${lacks.length} missing`
  return `${move} → ${to ?? '?'}${needsReason ? ', with a reason' : ''}${possible ? '' : ` (not yet: ${why})`}`
}

export function actLine({ at, actor, act, subject }: audit.AuditRow): string {
  const textOf = (name: string): string => (typeof subject[name] === 'string' ? shown(subject[name]) : '')
  const move = textOf('move') === '' ? '' : `${textOf('move')}: ${textOf('from')} → ${textOf('to')}`
  const told = [move, ...['reason', 'part', 'operator'].map(textOf)].filter((text) => text !== '')
  return [shown(at), act, ...(told.length === 0 ? [] : [told.join(', ')]), `(${shown(actor)})`].join('  ')
}
