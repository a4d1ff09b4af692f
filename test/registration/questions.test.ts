import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readdirSync } from 'node:fs'
import {
  faultOfValue,
  latestSet,
  openQuestions,
  parseQuestionSet,
  questionSet,
  questionSets,
  type Answer,
  type Question,
  type QuestionSet,
} from '../../src/registration/index.js'
import { read } from '../shape/sources.js'

const files = readdirSync(new URL('../../questions/', import.meta.url)).sort()

describe.each(files)('questions/%s', (file) => {
  const set = parseQuestionSet(file, read(`questions/${file}`))
  const texts = [set.title, ...set.questions.flatMap(({ text, help }) => (help ? [text, help] : [text]))]

  test('is among the sets that the gateway knows, as it is in the file', () => {
    expect(questionSets).toContainEqual(JSON.parse(read(`questions/${file}`)))
    expect(questionSet(set.name, set.version)).toEqual(set)
  })

  test('says everything in three languages, each in its own words', () => {
    for (const { fi, sv, en } of texts) {
      for (const text of [fi, sv, en]) expect(text).toMatch(/^\S(.*\S)?$/)
      expect(new Set([fi, sv, en]).size).toBe(3)
    }
  })

  test('asks in one or two sentences, which end as sentences do', () => {
    for (const { text, help } of set.questions)
      for (const one of [text, ...(help ? [help] : [])].flatMap(({ fi, sv, en }) => [fi, sv, en])) {
        expect(one).toMatch(/[.?]$/)
        expect([one, one.match(/[.?](?= \p{Lu}|$)/gu)!.length <= 2]).toEqual([one, true])
      }
  })

  test('has no id and no question twice', () => {
    expect(new Set(set.questions.map(({ id }) => id)).size).toBe(set.questions.length)
    for (const language of ['fi', 'sv', 'en'] as const)
      expect(new Set(set.questions.map(({ text }) => text[language])).size).toBe(set.questions.length)
  })

  test('can be answered so that nothing is open', () => {
    expect(openQuestions(set, set.questions.map(goodAnswer))).toEqual([])
  })
})

test('every file of the folder is a set, and no set is anywhere else', () => {
  expect(questionSets.map(({ name, version }) => `${name}.${version}.json`)).toEqual(files)
})

test('every security requirement has to be met', () => {
  for (const { answer, required, mustBe } of latestSet('security').questions)
    expect({ answer, required, mustBe }).toEqual({ answer: 'yes-no', required: true, mustBe: 'yes' })
})

test('the newest version of a set is found by its name, older ones by their version', () => {
  for (const { name } of questionSets) {
    const versions = questionSets.filter((set) => set.name === name).map(({ version }) => version)
    expect(latestSet(name).version).toBe(Math.max(...versions))
    for (const version of versions) expect(questionSet(name, version)).toMatchObject({ name, version })
  }
})

test.each(['', 'Self-audit', 'self-audit.1', 'toString', '__proto__', '../package'])(
  '%p is no question set',
  (name) => {
    expect(questionSet(name, 1)).toBeNull()
    expect(() => latestSet(name)).toThrow()
  },
)

test.each([0, 2_000, -1, 1.5, Number.NaN])('there is no version %p', (version) => {
  expect(questionSet('self-audit', version)).toBeNull()
})

const texts = { fi: 'Onko?', sv: 'Är?', en: 'Is it?' }
const question = (changes: Partial<Question> = {}): Question => ({
  id: 'one',
  text: texts,
  answer: 'text',
  required: true,
  evidence: 'none',
  ...changes,
})
const setOf = (...questions: Question[]): QuestionSet => ({
  name: 'example',
  version: 3,
  published: '2026-11-23',
  title: texts,
  questions,
})
const GOOD_VALUES = { 'yes-no': 'yes', text: 'Näin on.', date: '2026-11-01' } as const
const goodAnswer = ({ id, answer, evidence }: Question): Answer => ({
  id,
  value: GOOD_VALUES[answer],
  ...(evidence === 'required' && { evidence: ['0199c0de-0000-7000-8000-000000000000'] }),
})

test('the newest version is the highest number, not the last in the alphabet', () => {
  const sets = [2, 10, 9].map((version) => ({ ...setOf(question()), version }))
  expect(latestSet('example', sets).version).toBe(10)
})

describe('a file of questions', () => {
  const good = setOf(question({ help: texts }), question({ id: 'two', answer: 'yes-no', mustBe: 'yes' }))
  const parse = (set: object, file = 'example.3.json') => parseQuestionSet(file, JSON.stringify(set))

  test('is taken as it is', () => {
    expect(parse(good)).toEqual(good)
  })

  const wrong: Readonly<Record<string, object>> = {
    'without a language': setOf(question({ text: { fi: 'Onko?', sv: 'Är?' } as never })),
    'with an empty text': setOf(question({ text: { ...texts, sv: '' } })),
    'with a blank help': setOf(question({ help: { ...texts, fi: ' \n' } })),
    'with two questions of one id': setOf(question(), question({ answer: 'date' })),
    'without questions': setOf(),
    'with another kind of answer': setOf(question({ answer: 'number' as never })),
    'with another kind of evidence': setOf(question({ evidence: 'some' as never })),
    'with an id of another form': setOf(question({ id: 'One Two' })),
    'with a text that must be yes': setOf(question({ mustBe: 'yes' })),
    'with an optional question that must be yes': setOf(question({ answer: 'yes-no', required: false, mustBe: 'yes' })),
    'with a field more': { ...good, author: 'x' },
    'with a field more in a question': setOf({ ...question(), hint: 'x' } as Question),
    'without a day of publishing': { ...good, published: 'yesterday' },
    'with a day that no calendar has': { ...good, published: '2026-02-30' },
    'with a version that is no whole number': { ...good, version: 3.5 },
  }
  test.each(Object.entries(wrong))('%s is refused', (_name, set) => {
    expect(() => parse(set)).toThrow('questions/example.3.json')
  })

  test.each(['example.4.json', 'other.3.json', 'example.json', 'Example.3.json'])(
    'is refused under the name %s, which it does not have inside',
    (file) => {
      expect(() => parse(good, file)).toThrow(`questions/${file}`)
    },
  )

  test.each(['', '{', 'null', '[]', '"x"'])('that holds %j is refused', (content) => {
    expect(() => parseQuestionSet('example.3.json', content)).toThrow()
  })
})

describe('a required question is open', () => {
  const open = (one: Question, ...answers: Answer[]): string[] => openQuestions(setOf(one), answers)
  const evidence = ['0199c0de-0000-7000-8000-000000000000']

  test('until it has an answer', () => {
    expect(open(question())).toEqual(['one'])
    for (const value of ['', ' ', '\n\t']) expect(open(question(), { id: 'one', value })).toEqual(['one'])
    expect(open(question(), { id: 'one', value: 'x' })).toEqual([])
  })

  test('while only another question is answered', () => {
    expect(open(question(), { id: 'two', value: 'x' })).toEqual(['one'])
  })

  test('without the file that proves it, if it asks for one', () => {
    const proven = question({ evidence: 'required' })
    expect(open(proven, { id: 'one', value: 'x' })).toEqual(['one'])
    expect(open(proven, { id: 'one', value: 'x', evidence: [] })).toEqual(['one'])
    expect(open(proven, { id: 'one', value: 'x', evidence })).toEqual([])
    expect(open(proven, { id: 'one', value: '', evidence })).toEqual(['one'])
    expect(open(question({ evidence: 'optional' }), { id: 'one', value: 'x' })).toEqual([])
  })

  test('while the answer is no and has to be yes', () => {
    const must = question({ answer: 'yes-no', mustBe: 'yes' })
    for (const value of ['no', 'Yes', 'yes ', 'x']) expect(open(must, { id: 'one', value })).toEqual(['one'])
    expect(open(must, { id: 'one', value: 'yes' })).toEqual([])
    expect(open(question({ answer: 'yes-no' }), { id: 'one', value: 'no' })).toEqual([])
  })

  test('while the answer is of another kind', () => {
    expect(open(question({ answer: 'yes-no' }), { id: 'one', value: 'maybe' })).toEqual(['one'])
    expect(open(question({ answer: 'date' }), { id: 'one', value: '2026-02-29' })).toEqual(['one'])
    expect(open(question({ answer: 'date' }), { id: 'one', value: '2028-02-29' })).toEqual([])
  })
})

test('an optional question is never open', () => {
  const optional = setOf(question({ required: false, evidence: 'required' }))
  expect(openQuestions(optional, [])).toEqual([])
  expect(openQuestions(optional, [{ id: 'one', value: 'x' }])).toEqual([])
})

test('whichever questions are answered, just the other required ones are open, in the order of the set', () => {
  const asked = fc
    .constantFrom(...questionSets)
    .chain((set) => fc.tuple(fc.constant(set), fc.subarray([...set.questions])))
  fc.assert(
    fc.property(asked, fc.boolean(), ([set, answered], backwards) => {
      const answers = answered.map(goodAnswer)
      const rest = set.questions.filter((one) => one.required && !answered.includes(one)).map(({ id }) => id)
      expect(openQuestions(set, backwards ? answers.reverse() : answers)).toEqual(rest)
    }),
  )
})

test('a value of the wrong kind is told by what it should be, an empty one is only not given yet', () => {
  for (const answer of ['yes-no', 'text', 'date'] as const) {
    expect(faultOfValue(question({ answer }), '')).toBeNull()
    expect(faultOfValue(question({ answer }), GOOD_VALUES[answer])).toBeNull()
  }
  expect(faultOfValue(question({ answer: 'yes-no' }), 'kyllä')).toContain('yes or no')
  expect(faultOfValue(question({ answer: 'date' }), '1.11.2026')).toContain('YYYY-MM-DD')
})
