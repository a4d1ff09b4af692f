import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { isDate } from './dates.js'

/** A text for people. */
export interface Texts {
  readonly fi: string
  readonly sv: string
  readonly en: string
}

export interface Question {
  readonly id: string
  readonly text: Texts
  /** what to think of when answering */
  readonly help?: Texts
  readonly answer: 'yes-no' | 'text' | 'date'
  readonly required: boolean
  readonly evidence: 'none' | 'optional' | 'required'
  /** the only answer that will do */
  readonly mustBe?: 'yes'
}

/** One version of a set of questions; a change of a question is a new version, in a file of its own. */
export interface QuestionSet {
  readonly name: string
  readonly version: number
  /** YYYY-MM-DD */
  readonly published: string
  readonly title: Texts
  readonly questions: readonly Question[]
}

/** `value` is yes or no, a text, or a day; empty means not answered. `evidence` are ids of attached files. */
export interface Answer {
  readonly id: string
  readonly value: string
  readonly evidence?: readonly string[]
  readonly note?: string
}

const object = (properties: object, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})

const slug = { type: 'string', pattern: '^[a-z][a-z0-9-]{0,59}$' }
const text = { type: 'string', pattern: '\\S', maxLength: 1_000 }
const texts = object({ fi: text, sv: text, en: text })

const question = {
  ...object(
    {
      id: slug,
      text: texts,
      help: texts,
      answer: { type: 'string', enum: ['yes-no', 'text', 'date'] },
      required: { type: 'boolean' },
      evidence: { type: 'string', enum: ['none', 'optional', 'required'] },
      mustBe: { type: 'string', enum: ['yes'] },
    },
    ['help', 'mustBe'],
  ),
  // Where only one answer will do, it can be given, and it has to be.
  dependencies: { mustBe: { properties: { answer: { const: 'yes-no' }, required: { const: true } } } },
}

const isQuestionSet = new Ajv({ allErrors: true, strict: true, formats: { day: isDate } }).compile<QuestionSet>(
  object({
    name: slug,
    version: { type: 'integer', minimum: 1, maximum: 10_000 },
    published: { type: 'string', format: 'day' },
    title: texts,
    // An answer to each of them fits into a part of the joining process.
    questions: { type: 'array', items: question, minItems: 1, maxItems: 200 },
  }),
)

const FOLDER = new URL('../../questions/', import.meta.url)

/** @throws Error  a set that is not right is a fault of ours: the gateway does not start with it */
export function parseQuestionSet(file: string, content: string): QuestionSet {
  const wrong = (what: string): Error => new Error(`questions/${file} ${what}`)
  const set: unknown = JSON.parse(content)
  if (!isQuestionSet(set)) {
    const faults = (isQuestionSet.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
    throw wrong(`is no question set: ${faults.join('; ')}`)
  }
  if (file !== `${set.name}.${set.version}.json`) throw wrong('has another name or version inside')
  const ids = new Set(set.questions.map(({ id }) => id))
  if (ids.size < set.questions.length) throw wrong('has two questions of one id')
  return set
}

/** All sets and versions there are; a name and version is a file name, so there are no two of them. */
export const questionSets: readonly QuestionSet[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => parseQuestionSet(file, readFileSync(new URL(file, FOLDER), 'utf8')))

export const questionSet = (name: string, version: number): QuestionSet | null =>
  questionSets.find((set) => set.name === name && set.version === version) ?? null

/** The newest version of a set that is there. */
export function latestSet(name: string, sets: readonly QuestionSet[] = questionSets): QuestionSet {
  const [latest] = sets.filter((set) => set.name === name).sort((a, b) => b.version - a.version)
  if (latest === undefined) throw new Error(`There is no question set ${name}`)
  return latest
}

/** What an answer has to be instead, as text; null when it is of the right kind, or not given yet. */
export function faultOfValue({ answer }: Question, value: string): string | null {
  if (value === '') return null
  if (answer === 'yes-no') return ['yes', 'no'].includes(value) ? null : 'yes or no'
  return answer !== 'date' || isDate(value) ? null : 'a day of the calendar (YYYY-MM-DD)'
}

/** Ids of required questions that have no answer that will do, in the order of the set. */
export function openQuestions(set: QuestionSet, answers: readonly Answer[]): string[] {
  const given = new Map(answers.map((answer) => [answer.id, answer]))
  return set.questions.filter((one) => one.required && !isAnswered(one, given.get(one.id))).map(({ id }) => id)
}

function isAnswered(question: Question, answer: Answer | undefined): boolean {
  if (answer === undefined || answer.value.trim() === '') return false
  if (faultOfValue(question, answer.value) !== null) return false
  if (question.mustBe !== undefined && answer.value !== question.mustBe) return false
  return question.evidence !== 'required' || (answer.evidence ?? []).length > 0
}
