import { Ajv, type ValidateFunction } from 'ajv'
import { daysBetween, isDate } from './dates.js'
import { RegistrationError } from './errors.js'
import { partSchemas } from './process-schema.js'
import { faultsOfAnswers, latestSet, type Answer } from './questions.js'

/** Instants of the joining process are Finnish calendar days, YYYY-MM-DD. */
export type Day = string

export interface Agreement {
  readonly reference: string
  readonly signedOn: Day
  readonly validFrom: Day
  readonly validTo?: Day
}

export interface DeploymentTask {
  readonly id: string
  readonly title: string
  readonly responsible: string
  readonly dueOn: Day
  readonly doneOn?: Day
}

/** Answers to one version of a question set; later versions do not change what was asked. */
export interface Answers {
  readonly set: string
  readonly version: number
  readonly answeredOn: Day
  readonly answers: readonly Answer[]
}

/** The joining process of the plan of 2010, part by part; each is recorded by an operator (docs/joining.md). */
export interface JoiningProcess {
  readonly agreement?: Agreement
  readonly deploymentPlan?: { readonly tasks: readonly DeploymentTask[] }
  readonly selfAudit?: Answers & { readonly expiresOn: Day }
  readonly security?: Answers
  readonly testAgreement?: {
    readonly scheduleFrom: Day
    readonly scheduleTo: Day
    readonly material: readonly string[]
    readonly testers: readonly { readonly name: string; readonly role?: string }[]
  }
  readonly testReport?: {
    readonly on: Day
    readonly result: 'passed' | 'failed' | 'passed-with-remarks'
    readonly summary: string
    readonly evidence?: readonly string[]
  }
  /** until the workbench makes runs of its own: what an operator states; `statedBy` is filled in by the gateway */
  readonly conformance?: {
    readonly passed: boolean
    readonly on: Day
    readonly statement: string
    readonly statedBy?: string
  }
  readonly productionDate?: { readonly announcedOn: Day }
}

export type ProcessPart = keyof JoiningProcess
export const processParts = Object.keys(partSchemas) as ProcessPart[]

const ajv = new Ajv({ allErrors: true, strict: true })
ajv.addFormat('day', isDate)
const checks = Object.fromEntries(
  processParts.map((part) => [part, ajv.compile(partSchemas[part])]),
) as unknown as Readonly<Record<ProcessPart, ValidateFunction>>

/**
 * Checks a part that somebody wants to record; all faults at once, by path, without the values: some are names.
 * @throws RegistrationError PROCESS_INVALID
 */
export function checkPart<Part extends ProcessPart>(part: Part, value: unknown): NonNullable<JoiningProcess[Part]> {
  const check = checks[part]
  if (!check(value))
    throw invalid(
      (check.errors ?? []).map(({ instancePath, message, params }) => {
        const unknown = (params as { additionalProperty?: string }).additionalProperty
        const allowed = (params as { allowedValues?: readonly string[] }).allowedValues
        const what =
          unknown !== undefined
            ? 'has a field that is not known'
            : allowed
              ? `must be one of ${allowed.join(', ')}`
              : message
        return `${pathOf(part, instancePath)} ${what ?? 'is wrong'}`
      }),
    )
  const typed = value as NonNullable<JoiningProcess[Part]>
  const faults = meaningFaults({ [part]: typed })
  if (faults.length > 0) throw invalid(faults.map((fault) => `${part}: ${fault}`))
  return typed
}

const pathOf = (part: ProcessPart, path: string): string => `${part}${path.replaceAll('/', '.')}`

/** What a schema cannot say. */
function meaningFaults({ agreement, deploymentPlan, selfAudit, security, testAgreement }: JoiningProcess): string[] {
  const order = (from: Day, to: Day | undefined, what: string): string[] =>
    to !== undefined && daysBetween(from, to) < 0 ? [what] : []
  return [
    ...(agreement ? order(agreement.validFrom, agreement.validTo, 'validTo is before validFrom') : []),
    ...(testAgreement
      ? order(testAgreement.scheduleFrom, testAgreement.scheduleTo, 'scheduleTo is before scheduleFrom')
      : []),
    ...(selfAudit
      ? [
          ...order(selfAudit.answeredOn, selfAudit.expiresOn, 'expiresOn is before answeredOn'),
          ...faultsOfAnswers('self-audit', selfAudit),
        ]
      : []),
    ...(security ? faultsOfAnswers('security', security) : []),
    ...(deploymentPlan && new Set(deploymentPlan.tasks.map(({ id }) => id)).size < deploymentPlan.tasks.length
      ? ['two tasks have the same id']
      : []),
  ]
}

const invalid = (faults: readonly string[]): RegistrationError =>
  new RegistrationError('PROCESS_INVALID', [...new Set(faults)].join('; '))

const answersTo = (name: string): Answers => {
  const { version, questions } = latestSet(name)
  return { set: name, version, answeredOn: '2026-01-01', answers: questions.map(({ id }) => ({ id, value: '' })) }
}

/** A part with everything that can be filled in; dates are examples, answers are empty. */
export function templateOf(part: ProcessPart): unknown {
  const templates: { readonly [Part in ProcessPart]: () => unknown } = {
    agreement: () => ({ reference: '', signedOn: '2026-01-01', validFrom: '2026-01-01', validTo: '2030-12-31' }),
    deploymentPlan: () => ({
      tasks: [{ id: 'network', title: '', responsible: '', dueOn: '2026-01-01', doneOn: '2026-01-01' }],
    }),
    selfAudit: () => ({ ...answersTo('self-audit'), expiresOn: '2027-01-01' }),
    security: () => answersTo('security'),
    testAgreement: () => ({
      scheduleFrom: '2026-01-01',
      scheduleTo: '2026-02-01',
      material: [''],
      testers: [{ name: '', role: '' }],
    }),
    testReport: () => ({ on: '2026-01-01', result: 'passed', summary: '', evidence: [] }),
    conformance: () => ({ passed: true, on: '2026-01-01', statement: '' }),
    productionDate: () => ({ announcedOn: '2027-01-01' }),
  }
  return templates[part]()
}
