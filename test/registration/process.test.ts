import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  checkPart,
  latestSet,
  openQuestions,
  processParts,
  RegistrationError,
  templateOf,
  type Answers,
  type JoiningProcess,
  type ProcessPart,
} from '../../src/registration/index.js'
import {
  agreement,
  answers,
  audit,
  conformance,
  examples,
  FILE,
  report,
  task,
  testAgreement,
  without,
} from './process-examples.js'

/** Why a part is refused; null when it is taken. */
function faultOf(part: ProcessPart, value: unknown): RegistrationError | null {
  try {
    checkPart(part, value)
    return null
  } catch (error) {
    if (error instanceof RegistrationError) return error
    throw error
  }
}

/** Paths that a refusal names. */
const pathsOf = (part: ProcessPart, value: unknown): string[] =>
  (faultOf(part, value)?.message ?? '').split('; ').map((fault) => fault.split(' ')[0]!)

test.each(processParts)('%s is taken as it is', (part) => {
  for (const good of examples[part].good) expect(checkPart(part, good)).toBe(good)
})

test.each(processParts)('%s that is wrong in one place is refused by the path of that place alone', (part) => {
  for (const [path, value] of examples[part].bad) {
    expect([value, faultOf(part, value)?.code]).toEqual([value, 'PROCESS_INVALID'])
    const expected = [part, path].filter(Boolean).join('.')
    expect([value, [...new Set(pathsOf(part, value))]]).toEqual([value, [expected]])
  }
})

test.each([null, undefined, [], '', 'passed', 0, true])('%p is no part of the joining process', (value) => {
  for (const part of processParts) {
    expect(faultOf(part, value)?.code).toBe('PROCESS_INVALID')
    expect(pathsOf(part, value)).toContain(part)
  }
})

test('all that is wrong is told at once: of the form, and of what it means', () => {
  const value = {
    ...without(audit, 'answeredOn'),
    expiresOn: 'never',
    answers: [
      { id: 'logging', value: 'maybe' },
      { id: 'nobody-asked', value: '' },
      { id: 'logging', value: 1 },
    ],
    more: 1,
  }
  expect(pathsOf('selfAudit', value).sort()).toEqual(
    ['', '.answeredOn', '.answers.0.value', '.answers.1.id', '.answers.2.id', '.answers.2.value', '.expiresOn'].map(
      (path) => `selfAudit${path}`,
    ),
  )
})

test('lists do not grow without end', () => {
  const many = answers(...Array.from({ length: 201 }, (_, i) => ({ id: String(i), value: '' })))
  expect(pathsOf('selfAudit', many)).toContain('selfAudit.answers')
  expect(pathsOf('testAgreement', { ...testAgreement, material: Array(101).fill('x') })).toEqual([
    'testAgreement.material',
  ])
})

test('a refusal says what was expected', () => {
  const refusal = (part: ProcessPart, value: unknown): string => faultOf(part, value)?.message ?? ''
  expect(refusal('agreement', { ...agreement, signedOn: '1.10.2026' })).toContain('YYYY-MM-DD')
  expect(refusal('agreement', { ...agreement, singedOn: 'x' })).toContain('signedOn')
  expect(refusal('testReport', { ...report, result: 'ok' })).toContain('passed, failed, passed-with-remarks')
  expect(refusal('selfAudit', { ...audit, version: 9 })).toContain(String(latestSet('self-audit').version))
  expect(refusal('deploymentPlan', { tasks: [without(task, 'title')] })).toContain('300 characters')
})

describe('a day', () => {
  const isTaken = (announcedOn: unknown): boolean => faultOf('productionDate', { announcedOn }) === null

  test('that the calendar has is taken', () => {
    const min = new Date('1900-01-01')
    const max = new Date('2999-12-31')
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        expect(isTaken(date.toISOString().slice(0, 10))).toBe(true)
      }),
    )
    expect(isTaken('2028-02-29')).toBe(true)
  })

  const others = ['2026-02-29', '2026-02-30', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '2026-1-1']
  const forms = ['20260101', '2026-01-01T00:00:00Z', '2026-01-01\n', ' 2026-01-01', '-2026-01-01', '٢٠٢٦-01-01', '']
  test.each([...others, ...forms])('%j is none', (text) => {
    expect(isTaken(text)).toBe(false)
  })
})

describe('a template', () => {
  test.each(processParts)('of %s is refused as long as nobody has filled it in', (part) => {
    expect(faultOf(part, templateOf(part))?.code).toBe('PROCESS_INVALID')
  })

  test.each(processParts)('of %s lacks no field and has none too many', (part) => {
    const form = templateOf(part)
    for (const path of pathsOf(part, form)) expect(path).not.toBe(part)
    expect(faultOf(part, form)!.message).not.toContain('is missing')
    for (const good of examples[part].good)
      expect(Object.keys(form)).toEqual(
        expect.arrayContaining(Object.keys(good as object).filter((name) => name !== 'statedBy')),
      )
  })

  test.each(['selfAudit', 'security'] as const)('of %s has every question of the newest set, none answered', (part) => {
    const template = templateOf(part) as Answers
    const set = latestSet(template.set)
    expect(template.version).toBe(set.version)
    expect(template.answers.map(({ id }) => id)).toEqual(set.questions.map(({ id }) => id))
    expect(template.answers.filter(({ value }) => value !== '')).toEqual([])
    const days = { answeredOn: '2026-11-01', ...(part === 'selfAudit' && { expiresOn: '2027-11-01' }) }
    const taken = checkPart(part, { ...template, ...days })
    expect(openQuestions(set, taken.answers)).toEqual(set.questions.filter((q) => q.required).map(({ id }) => id))
  })

  test('is a new one each time', () => {
    for (const part of processParts) expect(templateOf(part)).not.toBe(templateOf(part))
  })
})

describe('whatever somebody writes', () => {
  /** No word of ours has this character. */
  const MARK = '§'
  const marked = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => MARK + text)
  const words = fc.constantFrom('self-audit', 'security', 'logging', 'yes', '2026-01-01', 'passed', FILE)
  const leaf = fc.oneof(marked, words, fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
  const names = processParts.flatMap((part) => Object.keys(templateOf(part)))
  const parts = ['id', 'value', 'evidence', 'note', 'title', 'name', 'statedBy', '__proto__', `${MARK}other`]
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
    object: fc.dictionary(fc.constantFrom(...names, ...parts), tie('value'), { maxKeys: 8 }),
  }))
  const part = fc.constantFrom(...processParts)

  const judge = (of: ProcessPart, given: unknown): void => {
    const fault = faultOf(of, given)
    if (fault === null) return
    expect(fault.code).toBe('PROCESS_INVALID')
    expect(fault.message).not.toContain(MARK)
  }

  test('is taken or refused, and nothing of it is in the refusal', () => {
    fc.assert(fc.property(part, value, judge), { numRuns: 2_000 })
  })

  test('instead of one thing in a good part is taken or refused, and nothing of it is in the refusal', () => {
    const good = part.chain((of) => fc.tuple(fc.constant(of), fc.constantFrom(...examples[of].good)))
    fc.assert(
      fc.property(good, fc.nat(), value, ([of, before], place, instead) => {
        judge(of, replaced(before, place, instead))
      }),
      { numRuns: 2_000 },
    )
  })

  test('in JSON, however odd, is taken or refused', () => {
    fc.assert(fc.property(part, fc.jsonValue(), (of, given) => void faultOf(of, given)))
  })

  test('that is taken can be kept: no zero character, no half of a surrogate pair', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4 })
    fc.assert(
      fc.property(text, (reference) => {
        const isKeepable = !/[\0\p{Cs}]/u.test(reference) && reference.trim() !== ''
        expect(faultOf('agreement', { ...agreement, reference }) === null).toBe(isKeepable)
      }),
    )
    for (const bad of ['a\0', '\ud83d', '\ude00a'])
      expect(faultOf('selfAudit', answers({ id: 'paper', value: bad }))?.code).toBe('PROCESS_INVALID')
  })
})

/** A copy with something else in one of its places. */
function replaced(value: unknown, place: number, instead: unknown): unknown {
  const copy = structuredClone(value)
  const places: (() => void)[] = []
  const walk = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return
    for (const name of Object.keys(at)) {
      const fields = at as Record<string, unknown>
      places.push(() => (fields[name] = instead))
      walk(fields[name])
    }
  }
  walk(copy)
  places[place % places.length]!()
  return copy
}

test('the names of testers and the words of answers are in no refusal', () => {
  const name = 'Salainen Testaaja'
  const values: [ProcessPart, JoiningProcess[ProcessPart] | object][] = [
    ['testAgreement', { ...testAgreement, testers: [{ name, [name]: name }, name, { name: [name] }] }],
    [
      'deploymentPlan',
      {
        tasks: [
          { ...task, responsible: [name], dueOn: name },
          { ...task, id: task.id, more: name },
        ],
      },
    ],
    ['selfAudit', { ...audit, set: name, answeredOn: name }],
    ['selfAudit', answers({ id: name, value: name }, { id: 'logging', value: name }, { id: name, value: '' })],
    ['conformance', { ...conformance, passed: name, statedBy: { name } }],
  ]
  for (const [part, value] of values) {
    expect(faultOf(part, value)?.code).toBe('PROCESS_INVALID')
    expect(faultOf(part, value)!.message).not.toContain('Salainen')
  }
})
