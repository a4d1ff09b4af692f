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

const texts = {
  type: 'object',
  properties: Object.fromEntries(['fi', 'sv', 'en'].map((language) => [language, { type: 'string', minLength: 1 }])),
  required: ['fi', 'sv', 'en'],
  additionalProperties: false,
}

const question = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,59}$' },
    text: texts,
    help: texts,
    answer: { type: 'string', enum: ['yes-no', 'text', 'date'] },
    required: { type: 'boolean' },
    evidence: { type: 'string', enum: ['none', 'optional', 'required'] },
    mustBe: { type: 'string', enum: ['yes'] },
  },
  required: ['id', 'text', 'answer', 'required', 'evidence'],
  additionalProperties: false,
}

const check = new Ajv({ strict: true }).compile<QuestionSet>({
  type: 'object',
  properties: {
    name: { type: 'string' },
    version: { type: 'integer', minimum: 1 },
    published: { type: 'string' },
    title: texts,
    questions: { type: 'array', items: question, minItems: 1 },
  },
  required: ['name', 'version', 'published', 'title', 'questions'],
  additionalProperties: false,
})

const FOLDER = new URL('../../questions/', import.meta.url)

/** All sets and versions there are. */
export const questionSets: readonly QuestionSet[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => {
    const set: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))
    if (!check(set)) throw new Error(`questions/${file} is no question set: ${JSON.stringify(check.errors?.[0])}`)
    if (file !== `${set.name}.${set.version}.json`) throw new Error(`questions/${file} has another name inside`)
    if (new Set(set.questions.map(({ id }) => id)).size < set.questions.length)
      throw new Error(`questions/${file} has two questions of one id`)
    return set
  })

export const questionSet = (name: string, version: number): QuestionSet | null =>
  questionSets.find((set) => set.name === name && set.version === version) ?? null

/** The newest version of a set that is there. */
export const latestSet = (name: string): QuestionSet =>
  questionSets.filter((set) => set.name === name).reduce((a, b) => (b.version > a.version ? b : a))

const isYesNo = (value: string): boolean => value === 'yes' || value === 'no'

/** What is wrong with answers, whatever is still open; by id of the question, without the answers. */
export function faultsOfAnswers(
  name: string,
  {
    set: given,
    version,
    answers,
  }: { readonly set: string; readonly version: number; readonly answers: readonly Answer[] },
): string[] {
  const set = given === name ? questionSet(name, version) : null
  if (set === null) return [`there is no version of the question set ${name} like this one`]
  const known = new Map(set.questions.map((question) => [question.id, question]))
  return answers.flatMap(({ id, value }, i) => {
    const question = known.get(id)
    if (question === undefined) return [`answers.${i} is to no question of the set`]
    if (answers.findIndex((other) => other.id === id) < i) return [`${id} is answered twice`]
    if (value === '') return []
    if (question.answer === 'yes-no' && !isYesNo(value)) return [`${id} must be yes or no`]
    return question.answer === 'date' && !isDate(value) ? [`${id} must be a date (YYYY-MM-DD)`] : []
  })
}

/** Ids of required questions that have no answer that will do. */
export function openQuestions(set: QuestionSet, answers: readonly Answer[]): string[] {
  const given = new Map(answers.map((answer) => [answer.id, answer]))
  const isAnswered = ({ id, evidence, mustBe }: Question): boolean => {
    const answer = given.get(id)
    if (answer === undefined || answer.value.trim() === '') return false
    if (mustBe !== undefined && answer.value !== mustBe) return false
    return evidence !== 'required' || (answer.evidence ?? []).length > 0
  }
  return set.questions.filter((one) => one.required && !isAnswered(one)).map(({ id }) => id)
}
