import { requirementTexts, type Requirement, type Texts } from '../../registration/index.js'
import type { services } from '../../store/index.js'
import { CLI, flagsOf } from '../options.js'
import type { Terminal } from '../terminal.js'

/** Something that a service lacks, with the command that provides it. */
export interface Missing {
  readonly code: Requirement
  readonly text: Texts
  readonly command: string
}

const REGISTER = 'registration record application --file FILE'
const CERTIFICATE = 'service add --name NAME --certificate FILE'
const APPROVE = 'registration approve'
const record = (part: string): string => `registration record ${part} --file FILE`

/** Commands without the options that name the service. */
const commands: Readonly<Record<Requirement, string>> = {
  'business-id-missing': REGISTER,
  'contacts-missing': REGISTER,
  'certificate-missing': CERTIFICATE,
  'agreement-missing': record('agreement'),
  'agreement-not-begun': record('agreement'),
  'agreement-expired': record('agreement'),
  'deployment-plan-missing': record('deploymentPlan'),
  'deployment-tasks-open': record('deploymentPlan'),
  'self-audit-missing': record('selfAudit'),
  'self-audit-dated-ahead': record('selfAudit'),
  'self-audit-incomplete': record('selfAudit'),
  'self-audit-expired': record('selfAudit'),
  'security-missing': record('security'),
  'security-dated-ahead': record('security'),
  'security-incomplete': record('security'),
  'test-agreement-missing': record('testAgreement'),
  'test-report-missing': record('testReport'),
  'test-report-dated-ahead': record('testReport'),
  'test-report-failed': record('testReport'),
  'conformance-missing': record('conformance'),
  'conformance-dated-ahead': record('conformance'),
  'conformance-failed': record('conformance'),
  'certificate-expires-soon': CERTIFICATE,
  'production-date-missing': record('productionDate'),
  'production-date-ahead': record('productionDate'),
  'approval-first-missing': APPROVE,
  'approval-second-missing': APPROVE,
}

export const explainMissing = (codes: readonly Requirement[], service: services.ServiceId): Missing[] =>
  codes.map((code) => ({
    code,
    text: requirementTexts[code],
    command: `${CLI} ${commands[code]} ${flagsOf(service)}`,
  }))

/** Two lines each: what it is, and what is typed to provide it. */
export const missingLines = (terminal: Terminal, missing: readonly Missing[]): string[] =>
  missing.flatMap(({ code, text, command }) => [`${code}: ${text.en}`, `  ${terminal.paint.dim(command)}`])
