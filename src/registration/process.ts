import { isDate } from './dates.js'
import { RegistrationError } from './errors.js'
import { faultsOfForm, partNames } from './process-schema.js'
import { faultOfValue, latestSet, questionSet, questionSets, type Answer, type QuestionSet } from './questions.js'

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
export const processParts: readonly ProcessPart[] = partNames

/**
 * Checks a part that somebody wants to record. All faults are told at once, by path, with what was expected; never with
 * what was given: some of it are names of people.
 * @throws RegistrationError PROCESS_INVALID
 */
export function checkPart<Part extends ProcessPart>(part: Part, value: unknown): NonNullable<JoiningProcess[Part]> {
  const meant = meanings[part]?.(fieldsOf(value)) ?? []
  const faults = [...faultsOfForm(part, value), ...meant.map((fault) => `${part}.${fault}`)]
  if (faults.length > 0) throw new RegistrationError('PROCESS_INVALID', [...new Set(faults)].join('; '))
  return value as NonNullable<JoiningProcess[Part]>
}

/** Something of which nobody knows yet whether its form is right. */
type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : [])

/** What a schema cannot say; what has no right form is passed over here. */
const meanings: { readonly [Part in ProcessPart]?: (given: Fields) => string[] } = {
  agreement: (given) => faultsOfOrder(given, 'validFrom', 'validTo'),
  deploymentPlan: ({ tasks }) => faultsOfIds('tasks', tasks),
  selfAudit: (given) => [
    ...faultsOfAnswers(setOf.selfAudit, given),
    ...faultsOfOrder(given, 'answeredOn', 'expiresOn'),
  ],
  security: (given) => faultsOfAnswers(setOf.security, given),
  testAgreement: (given) => faultsOfOrder(given, 'scheduleFrom', 'scheduleTo'),
}

/** Which questions a part answers. */
const setOf = { selfAudit: 'self-audit', security: 'security' } as const

const isDay = (value: unknown): value is Day => typeof value === 'string' && isDate(value)

function faultsOfOrder(given: Fields, from: string, to: string): string[] {
  const [start, end] = [given[from], given[to]]
  return isDay(start) && isDay(end) && end < start ? [`${to} must not be before ${from}`] : []
}

function faultsOfIds(path: string, given: unknown): string[] {
  const seen = new Set<unknown>()
  return listOf(given).flatMap(({ id }, i) => {
    const isRepeated = typeof id === 'string' && seen.has(id)
    seen.add(id)
    return isRepeated ? [`${path}.${i}.id must differ from the ids before it`] : []
  })
}

function faultsOfAnswers(name: string, { set, version, answers }: Fields): string[] {
  const repeated = faultsOfIds('answers', answers)
  if (set !== name) return [`set must be ${name}`, ...repeated]
  const known = typeof version === 'number' ? questionSet(name, version) : null
  const versions = questionSets.filter((one) => one.name === name).map((one) => one.version)
  if (known === null) return [`version must be one that there is: ${versions.join(', ')}`, ...repeated]
  return [...repeated, ...listOf(answers).flatMap((answer, i) => faultsOfAnswer(known, `answers.${i}`, answer))]
}

function faultsOfAnswer({ questions }: QuestionSet, path: string, { id, value, evidence }: Fields): string[] {
  if (typeof id !== 'string') return []
  const question = questions.find((one) => one.id === id)
  if (question === undefined) return [`${path}.id must be the id of a question of the set`]
  const expected = typeof value === 'string' ? faultOfValue(question, value) : null
  const takesFiles = question.evidence !== 'none' || listOf(evidence).length === 0
  return [
    ...(expected === null ? [] : [`${path}.value must be ${expected} (${question.id})`]),
    ...(takesFiles ? [] : [`${path}.evidence must be left out: the question takes no files (${question.id})`]),
  ]
}

/** No day: a template cannot be recorded by mistake before somebody has filled it in. */
const DAY = 'YYYY-MM-DD'

function answersTo(name: string): object {
  const { version, questions } = latestSet(name)
  const answers = questions.map(({ id, evidence }) => ({
    id,
    value: '',
    ...(evidence === 'required' && { evidence: [] }),
  }))
  return { set: name, version, answeredOn: DAY, answers }
}

const templates: { readonly [Part in ProcessPart]: () => object } = {
  agreement: () => ({ reference: '', signedOn: DAY, validFrom: DAY, validTo: DAY }),
  deploymentPlan: () => ({ tasks: [{ id: '', title: '', responsible: '', dueOn: DAY, doneOn: DAY }] }),
  selfAudit: () => ({ ...answersTo(setOf.selfAudit), expiresOn: DAY }),
  security: () => answersTo(setOf.security),
  testAgreement: () => ({ scheduleFrom: DAY, scheduleTo: DAY, material: [''], testers: [{ name: '', role: '' }] }),
  testReport: () => ({ on: DAY, result: 'passed | failed | passed-with-remarks', summary: '', evidence: [] }),
  conformance: () => ({ passed: false, on: DAY, statement: '' }),
  productionDate: () => ({ announcedOn: DAY }),
}

/** A part with everything that can be filled in, for a file: what stays unfilled is refused, or an open question. */
export const templateOf = (part: ProcessPart): object => templates[part]()
