import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  APPROVALS_NEEDED,
  CERTIFICATE_RESERVE_DAYS,
  latestSet,
  missingForOpening,
  missingForProduction,
  missingForTest,
  requirements,
  requirementTexts,
  type Answers,
  type JoiningProcess,
  type Requirement,
  type RequirementFacts,
} from '../../src/registration/index.js'

const NOW = new Date('2026-11-23T10:00:00Z')
const DAY_MS = 24 * 60 * 60 * 1000
const daysFromNow = (days: number, now = NOW): Date => new Date(now.getTime() + days * DAY_MS)

type Certificate = RequirementFacts['certificates'][number]
const certificate = (from: number, to: number, usable = true): Certificate => ({
  notBefore: daysFromNow(from),
  notAfter: daysFromNow(to),
  usable,
})

function answered(name: string): Answers {
  const { version, questions } = latestSet(name)
  const values = { 'yes-no': 'yes', text: 'Näin on.', date: '2026-11-01' } as const
  const answers = questions.map(({ id, answer, evidence }) => ({
    id,
    value: values[answer],
    ...(evidence === 'required' && { evidence: ['0199c0de-0000-7000-8000-000000000000'] }),
  }))
  return { set: name, version, answeredOn: '2026-11-01', answers }
}

const process: Required<JoiningProcess> = {
  agreement: { reference: 'KSY-1', signedOn: '2026-10-01', validFrom: '2026-10-01', validTo: '2027-09-30' },
  deploymentPlan: {
    tasks: [
      { id: 'network', title: 'Verkko', responsible: 'Tekniikka', dueOn: '2026-11-01', doneOn: '2026-11-05' },
      { id: 'start', title: 'Alku', responsible: 'Hallinto', dueOn: '2026-12-10' },
    ],
  },
  selfAudit: { ...answered('self-audit'), expiresOn: '2027-11-01' },
  security: answered('security'),
  testAgreement: {
    scheduleFrom: '2026-10-01',
    scheduleTo: '2026-11-30',
    material: ['aineisto'],
    testers: [{ name: 'Testi Tekijä' }],
  },
  testReport: { on: '2026-11-20', result: 'passed', summary: 'Toimii.' },
  conformance: { passed: true, on: '2026-11-21', statement: 'Ajettu.', statedBy: 'aino' },
  productionDate: { announcedOn: '2026-12-15' },
}

const complete: RequirementFacts = {
  environment: 'production',
  process,
  certificates: [certificate(-10, 400)],
  contacts: 1,
  businessId: '9000001-1',
  approvals: ['aino', 'eino'],
}

/** What there is instead of something complete; undefined: nothing. */
type Break = (facts: RequirementFacts) => RequirementFacts
const part =
  <Part extends keyof JoiningProcess>(name: Part, changes?: Partial<JoiningProcess[Part]>): Break =>
  (facts) => {
    const { [name]: before, ...others } = facts.process
    return { ...facts, process: changes === undefined ? others : { ...others, [name]: { ...before, ...changes } } }
  }
const fact =
  (changes: Partial<RequirementFacts>): Break =>
  (facts) => ({ ...facts, ...changes })

const answersWithout = (name: string): Answers['answers'] => answered(name).answers.slice(1)
const overdue = { id: 'a', title: 'a', responsible: 'a', dueOn: '2026-11-22' }

/** Ways in which one thing is not as it should be, and what is missing then; of each line at most one at a time. */
const breaks: Readonly<Record<string, readonly (readonly [Break, ...Requirement[]])[]>> = {
  businessId: [[fact({ businessId: null }), 'business-id-missing']],
  contacts: [[fact({ contacts: 0 }), 'contacts-missing']],
  certificates: [
    [fact({ certificates: [] }), 'certificate-missing'],
    [fact({ certificates: [certificate(-10, 400, false)] }), 'certificate-missing'],
    [fact({ certificates: [certificate(-400, -1)] }), 'certificate-missing'],
    [fact({ certificates: [certificate(1, 400)] }), 'certificate-missing'],
    [fact({ certificates: [certificate(-10, 29)] }), 'certificate-expires-soon'],
    [fact({ certificates: [certificate(-10, 29), certificate(5, 400)] }), 'certificate-expires-soon'],
    [fact({ certificates: [certificate(-10, 29), certificate(-5, 400, false)] }), 'certificate-expires-soon'],
  ],
  agreement: [
    [part('agreement'), 'agreement-missing'],
    [part('agreement', { validTo: '2026-11-22' }), 'agreement-expired'],
    [part('agreement', { validFrom: '2026-11-24' }), 'agreement-not-begun'],
  ],
  deploymentPlan: [
    [part('deploymentPlan'), 'deployment-plan-missing'],
    [part('deploymentPlan', { tasks: [overdue] }), 'deployment-tasks-open'],
  ],
  selfAudit: [
    [part('selfAudit'), 'self-audit-missing'],
    [part('selfAudit', { answers: answersWithout('self-audit') }), 'self-audit-incomplete'],
    [part('selfAudit', { version: 2_000 }), 'self-audit-incomplete'],
    [part('selfAudit', { answeredOn: '2026-11-24' }), 'self-audit-dated-ahead'],
    [part('selfAudit', { expiresOn: '2026-11-22' }), 'self-audit-expired'],
    [part('selfAudit', { answers: [], expiresOn: '2026-11-22' }), 'self-audit-incomplete', 'self-audit-expired'],
  ],
  security: [
    [part('security'), 'security-missing'],
    [part('security', { answeredOn: '2026-11-24' }), 'security-dated-ahead'],
    [part('security', { answers: answersWithout('security') }), 'security-incomplete'],
    [
      part('security', { answers: answered('security').answers.map((a) => ({ ...a, value: 'no' })) }),
      'security-incomplete',
    ],
  ],
  testAgreement: [[part('testAgreement'), 'test-agreement-missing']],
  testReport: [
    [part('testReport'), 'test-report-missing'],
    [part('testReport', { result: 'failed' }), 'test-report-failed'],
    [part('testReport', { on: '2026-11-24' }), 'test-report-dated-ahead'],
  ],
  conformance: [
    [part('conformance'), 'conformance-missing'],
    [part('conformance', { passed: false }), 'conformance-failed'],
    [part('conformance', { on: '2026-11-24' }), 'conformance-dated-ahead'],
  ],
  productionDate: [[part('productionDate'), 'production-date-missing']],
  approvals: [
    [fact({ approvals: [] }), 'approval-first-missing', 'approval-second-missing'],
    [fact({ approvals: ['aino'] }), 'approval-second-missing'],
    [fact({ approvals: ['aino', 'aino', 'aino'] }), 'approval-second-missing'],
  ],
}
const all = Object.values(breaks).flat()

test('a complete registration lacks nothing', () => {
  expect(missingForProduction(complete, NOW)).toEqual([])
  expect(missingForTest(complete, NOW)).toEqual([])
})

test('whatever alone is taken away from a complete registration is missing, and nothing else', () => {
  for (const [apply, ...expected] of all) expect(missingForProduction(apply(complete), NOW)).toEqual(expected)
})

test('every requirement can be missing; the announced day is awaited for opening only', () => {
  const missing = new Set([...all.flatMap(([, ...names]) => names), 'production-date-ahead'])
  expect([...missing].sort()).toEqual([...requirements].sort())
})

test('whatever is taken away together is told together, in one fixed order', () => {
  const some = fc.record(
    Object.fromEntries(Object.entries(breaks).map(([name, ways]) => [name, fc.constantFrom(...ways)])),
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(some, (taken) => {
      const ways = Object.values(taken).filter((way) => way !== undefined)
      const facts = ways.reduce((before, [apply]) => apply(before), complete)
      const expected = new Set(ways.flatMap(([, ...names]) => names))
      expect(missingForProduction(facts, NOW)).toEqual(requirements.filter((name) => expected.has(name)))
    }),
  )
})

const nothing: RequirementFacts = {
  environment: 'production',
  process: {},
  certificates: [],
  contacts: 0,
  businessId: null,
  approvals: [],
}
const forTest = ['business-id-missing', 'contacts-missing', 'certificate-missing']

test('a registration with nothing in it lacks everything once, and tests need little of that', () => {
  expect(missingForProduction(nothing, NOW)).toEqual(requirements.filter((name) => name.endsWith('-missing')))
  expect(missingForTest(nothing, NOW)).toEqual(forTest)
})

test('a service that is registered for test lacks only what tests need, and no month in hand', () => {
  const isForTest = fact({ environment: 'test' })
  expect(missingForProduction(isForTest(nothing), NOW)).toEqual(forTest)
  const tested = { ...isForTest(complete), process: {}, approvals: [], certificates: [certificate(-1, 1)] }
  expect(missingForProduction(tested, NOW)).toEqual([])
  expect(missingForTest(tested, NOW)).toEqual([])
})

describe('a certificate', () => {
  const missing = (now: Date, ...certificates: Certificate[]): Requirement[] =>
    missingForProduction({ ...complete, certificates }, now).filter((name) => name.startsWith('certificate'))

  test(`has to be valid for ${CERTIFICATE_RESERVE_DAYS} more days, to the millisecond`, () => {
    const exact = certificate(-1, CERTIFICATE_RESERVE_DAYS)
    expect(missing(NOW, exact)).toEqual([])
    expect(missing(new Date(NOW.getTime() + 1), exact)).toEqual(['certificate-expires-soon'])
    expect(missing(daysFromNow(30), exact)).toEqual(['certificate-expires-soon'])
    expect(missing(new Date(daysFromNow(30).getTime() + 1), exact)).toEqual(['certificate-missing'])
  })

  test('counts from the instant it begins', () => {
    const later = certificate(1, 400)
    expect(missing(new Date(daysFromNow(1).getTime() - 1), later)).toEqual(['certificate-missing'])
    expect(missing(daysFromNow(1), later)).toEqual([])
  })

  test('makes up for others that are over, not valid yet, or revoked', () => {
    const others = [certificate(-400, -1), certificate(1, 400), certificate(-1, 400, false)]
    expect(missing(NOW, ...others)).toEqual(['certificate-missing'])
    expect(missing(NOW, ...others, certificate(-1, 31))).toEqual([])
  })
})

describe('what ends on a day holds through that day in Finland', () => {
  test.each([
    ['in winter', '2026-11-05', '2026-11-05T21:59:59.999Z', '2026-11-05T22:00:00Z'],
    ['in summer', '2026-07-05', '2026-07-05T20:59:59.999Z', '2026-07-05T21:00:00Z'],
    ['when summer time ends', '2026-10-25', '2026-10-25T21:59:59.999Z', '2026-10-25T22:00:00Z'],
    ['at the end of a year', '2026-12-31', '2026-12-31T21:59:59.999Z', '2026-12-31T22:00:00Z'],
  ])('%s', (_when, day, lastInstant, tooLate) => {
    const dated = [
      part('agreement', { validFrom: '2026-01-01', validTo: day }),
      part('deploymentPlan', { tasks: [{ ...overdue, dueOn: day }] }),
      part('selfAudit', { answeredOn: '2026-01-01', expiresOn: day }),
      part('security', { answeredOn: '2026-01-01' }),
      part('testReport', { on: '2026-01-01' }),
      part('conformance', { on: '2026-01-01' }),
    ].reduce((facts, apply) => apply(facts), complete)
    const at = (instant: string) => {
      const now = new Date(instant)
      const certificates = [{ notBefore: daysFromNow(-1, now), notAfter: daysFromNow(99, now), usable: true }]
      return missingForProduction({ ...dated, certificates }, now)
    }
    expect(at(lastInstant)).toEqual([])
    expect(at(tooLate)).toEqual(['agreement-expired', 'deployment-tasks-open', 'self-audit-expired'])
  })
})

test('opening needs what production needs, and the announced day, from its first moment in Finland', () => {
  const announced = part('productionDate', { announcedOn: '2026-11-23' })(complete)
  const [before, day] = [new Date('2026-11-22T21:59:59.999Z'), new Date('2026-11-22T22:00:00Z')]
  expect(missingForOpening(announced, before)).toEqual(['production-date-ahead'])
  expect(missingForOpening(announced, day)).toEqual([])
  expect(missingForProduction(announced, before)).toEqual([])
  expect(missingForOpening(nothing, NOW)).toEqual(missingForProduction(nothing, NOW))
})

test('an agreement without an end does not end', () => {
  const { reference, signedOn, validFrom } = process.agreement
  const agreement = { reference, signedOn, validFrom }
  const facts = { ...complete, process: { ...process, agreement }, certificates: [certificate(0, 400_000)] }
  expect(missingForProduction(facts, daysFromNow(365))).not.toContain('agreement-expired')
})

test('tests that passed with remarks have passed', () => {
  expect(missingForProduction(part('testReport', { result: 'passed-with-remarks' })(complete), NOW)).toEqual([])
})

test('only tasks that should have been done by now keep a service from production', () => {
  const tasks = [
    { ...overdue, dueOn: '2026-11-23' },
    { ...overdue, doneOn: '2026-11-23' },
  ]
  expect(missingForProduction(part('deploymentPlan', { tasks })(complete), NOW)).toEqual([])
})

test('whoever approves and however often, two of them have to be different', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('aino', 'eino', 'third'), { maxLength: 6 }), (approvals) => {
      const count = new Set(approvals).size
      const missing = missingForProduction({ ...complete, approvals }, NOW)
      expect(missing).toHaveLength(Math.max(0, APPROVALS_NEEDED - count))
      expect(missing.includes('approval-first-missing')).toBe(count === 0)
    }),
  )
})

describe('the text of a requirement', () => {
  test('is there for every one, and for nothing else', () => {
    expect(Object.keys(requirementTexts).sort()).toEqual([...requirements].sort())
  })

  test.each([...requirements])(
    '%s says in three languages what is the matter and what to do, and fits the contract',
    (name) => {
      const { fi, sv, en } = requirementTexts[name]
      expect(new Set([fi, sv, en]).size).toBe(3)
      for (const text of [fi, sv, en]) {
        expect(text).toMatch(/^\p{Lu}[^.]+\. \p{Lu}[^.]+\.$/u)
        expect(text.length).toBeLessThanOrEqual(200)
      }
    },
  )

  test('is another one for every requirement', () => {
    for (const language of ['fi', 'sv', 'en'] as const)
      expect(new Set(requirements.map((name) => requirementTexts[name][language])).size).toBe(requirements.length)
  })
})
