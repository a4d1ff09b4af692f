import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { identityClassOf, isForeignTo, sideOf } from '../../src/message/index.js'

/** Ids are put together when the tests run, and are in no name of a test: nobody's code stands in this repository. */
const CENTURY_SIGNS = Array.from('+-YXWVUABCDEF')
const CHECK_CHARACTERS = Array.from('0123456789ABCDEFHJKLMNPRSTUVWXY')

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0')
const person = (individual: number, { date = '010203', sign = '-', check = '0' } = {}): string =>
  `${date}${sign}${padded(individual, 3)}${check}`
const company = (number: number, check = '0'): string => `${padded(number, 7)}-${check}`

describe('a personal identity code', () => {
  test.each([
    [0, 'real'],
    [1, 'real'],
    [2, 'real'],
    [899, 'real'],
    [900, 'artificial'],
    [999, 'artificial'],
  ] as const)(
    'with the individual number %d is %s, whatever the century and the check character',
    (number, expected) => {
      for (const sign of CENTURY_SIGNS)
        for (const check of CHECK_CHARACTERS) expect(identityClassOf(person(number, { sign, check }))).toBe(expected)
    },
  )

  test('is told by its form: dates that there are not, and check characters that are not in use, make nothing harmless', () => {
    for (const date of ['000000', '320199', '999999'])
      for (const check of 'GIOQZ') expect(identityClassOf(person(2, { date, check }))).toBe('real')
  })

  test('with another sign between, or with digits too many or too few, is nobodys', () => {
    for (const sign of [...Array.from('GHIJKLMNOPQRSTZ0 /.–−_*'), '', '--'])
      expect(identityClassOf(person(2, { sign }))).toBe('neither')
    const whole = person(2, { check: 'A' })
    for (let at = 0; at < whole.length; at++)
      expect(identityClassOf(whole.slice(0, at) + whole.slice(at + 1))).toBe('neither')
    for (const wrong of [`${whole}A`, `1${whole}`, `${whole}\n${whole}`, `x ${whole}`, `${whole}.`])
      expect(identityClassOf(wrong)).toBe('neither')
  })
})

describe('a business id', () => {
  test.each([
    [0, 'real'],
    [1, 'real'],
    [2_000_000, 'real'],
    [8_999_999, 'real'],
    [9_000_000, 'artificial'],
    [9_999_999, 'artificial'],
  ] as const)('with the number %d is %s, whatever the check digit', (number, expected) => {
    for (const check of '0123456789') expect(identityClassOf(company(number, check))).toBe(expected)
  })

  test('with digits too many or too few, another sign or no check digit, is nobodys', () => {
    const whole = company(2_000_000)
    const wrong = [whole.slice(1), `1${whole}`, `${whole}1`, whole.slice(0, -1), whole.replace('-', ''), `FI${whole}`]
    for (const one of [...wrong, whole.replace('-', '–'), whole.replace('-', '+'), company(2_000_000, 'A')])
      expect(identityClassOf(one)).toBe('neither')
  })
})

test('what is no id is nobodys, and foreign to the test side, which takes artificial ones only', () => {
  for (const nothing of ['', ' ', '-', 'roskaa', '\0', '０１０２０３-002A']) {
    expect(identityClassOf(nothing)).toBe('neither')
    expect([isForeignTo('test', nothing), isForeignTo('production', nothing)]).toEqual([true, false])
  }
})

const ids = fc.oneof(
  fc.record({
    expected: fc.constantFrom('artificial' as const, 'real' as const),
    place: fc.nat(),
    date: fc.integer({ min: 0, max: 999_999 }).map((date) => padded(date, 6)),
    sign: fc.constantFrom(...CENTURY_SIGNS),
    check: fc.constantFrom(...CHECK_CHARACTERS),
  }),
  fc.record({
    expected: fc.constantFrom('artificial' as const, 'real' as const),
    place: fc.nat(),
    check: fc.constantFrom(...Array.from('0123456789')),
  }),
)
const space = fc.stringMatching(/^[ \t\n\r\u00a0]{0,3}$/)

test('every id of these forms is of one side, in either case and with any white space around', () => {
  fc.assert(
    fc.property(ids, space, space, fc.boolean(), ({ expected, place, ...form }, before, after, lower) => {
      const id =
        'sign' in form
          ? person(expected === 'real' ? place % 900 : 900 + (place % 100), form)
          : company(expected === 'real' ? place % 9_000_000 : 9_000_000 + (place % 1_000_000), form.check)
      const written = before + (lower ? id.toLowerCase() : id) + after
      expect(identityClassOf(written)).toBe(expected)
      expect(isForeignTo('test', written)).toBe(expected === 'real')
      expect(isForeignTo('production', written)).toBe(expected === 'artificial')
    }),
    { numRuns: 1_000 },
  )
})

test('whatever is written is of one side, foreign to the other one, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const side = sideOf(text)
      expect([isForeignTo('test', text), isForeignTo('production', text)]).toEqual([side !== 'test', side === 'test'])
      expect(side === 'test').toBe(identityClassOf(text) === 'artificial')
    }),
  )
})
