import { expect, test } from '@jest/globals'
import { readDateTime } from '../../src/contract/decode/date-time.js'

const cases: [string | null, string | null][] = [
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456789+02:00', '2026-01-31T10:00:00.123Z'],
  ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
  [' 2026-01-31T12:00:00Z\n', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00', '2026-01-31T10:00:00.000Z'],
  ['2026-07-31T12:00:00', '2026-07-31T09:00:00.000Z'],
  // The clock change of spring: 03:30 does not exist, and is read as the hour before it.
  ['2026-03-29T02:59:59', '2026-03-29T00:59:59.000Z'],
  ['2026-03-29T04:00:00', '2026-03-29T01:00:00.000Z'],
  ['2026-10-25T05:00:00', '2026-10-25T03:00:00.000Z'],
  ['2026-01-31', '2026-01-30T22:00:00.000Z'],
  ['', null],
  [null, null],
  ['eilen', null],
  ['2026-13-01T00:00:00Z', null],
  ['1.2.2026', null],
]

test.each(cases)('a sending time of %j is %j; without a zone it is Finnish', (written, instant) => {
  expect(readDateTime(written)?.toISOString() ?? null).toBe(instant)
})
