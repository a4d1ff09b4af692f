import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { GatewayError, UnavailableError } from '../src/errors.js'
import { createLogger, logLevels } from '../src/log.js'
import { sensitive } from '../src/sensitive.js'
import type { Log, LogLevel, LogLine } from '../src/log.js'

type Written = Record<string, unknown> & { err?: Record<string, unknown> & { stack: string } }

/** What comes out of the logger for what is logged in the act. */
function written(
  act: (log: Log) => void,
  level: LogLevel = 'debug',
): { text: string; lines: Written[]; line: Written } {
  const chunks: string[] = []
  act(createLogger({ level, destination: { write: (chunk) => void chunks.push(chunk) } }))
  const text = chunks.join('')
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Written)
  return { text, lines, line: lines[0]! }
}

/** A line as untyped code might pass it. */
const line = (fields: Record<string, unknown>) => ({ event: 'test.happened', ...fields }) as LogLine

describe('a line', () => {
  test('is one JSON object with level, UTC time, event and the allowed fields', () => {
    const { text, line } = written((log) =>
      log.info({ event: 'delivery.attempted', channel: 'print', attempt: 2, maxAttempts: 10, durationMs: 812 }),
    )
    expect(text).toMatch(/^\{[^\n]+\}\n$/)
    const { time, ...rest } = line
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const fields = { channel: 'print', attempt: 2, maxAttempts: 10, durationMs: 812 }
    expect(rest).toEqual({ level: 'info', event: 'delivery.attempted', ...fields })
  })

  test('is written only from the set level up', () => {
    const act = (log: Log) => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({ event: level })
    }
    expect(written(act, 'warn').lines.map(({ level }) => level)).toEqual(['warn', 'error'])
    expect(written(act, 'silent').lines).toEqual([])
    expect(logLevels.map((level) => written(act, level).lines.length)).toEqual([4, 4, 3, 2, 1, 0, 0])
  })

  test('of a child has the fields of its parents, and its own win', () => {
    const { lines } = written((log) => {
      const child = log.child({ traceId: 't1', attempt: 1 }).child({ channel: 'print' })
      child.info({ event: 'a', attempt: 2 })
      log.info({ event: 'b' })
    })
    expect(lines[0]).toMatchObject({ event: 'a', traceId: 't1', attempt: 2, channel: 'print' })
    expect(lines[1]).not.toHaveProperty('traceId')
  })

  test('drops and counts unknown fields and fields that hold objects', () => {
    const fields = {
      title: 'Päätös',
      reference: 'A-1',
      reason: { deep: 'x' },
      code: ['x'],
      signal: () => 'x',
      port: undefined,
    }
    const { line: out } = written((log) => log.info(line({ ...fields, pid: 7 })))
    expect(Object.keys(out).sort()).toEqual(['droppedFields', 'event', 'level', 'pid', 'time'])
    expect(out.droppedFields).toBe(5)
  })

  test('writes instants in UTC, big integers as text and impossible instants as null', () => {
    const at = new Date(Date.UTC(2026, 0, 2))
    const { line: out } = written((log) =>
      log.info({ event: 'a', nextAttemptAt: at, count: 12n, expiresAt: new Date(NaN), outcome: null }),
    )
    expect(out).toMatchObject({
      nextAttemptAt: '2026-01-02T00:00:00.000Z',
      count: '12',
      expiresAt: null,
      outcome: null,
    })
  })

  test('cuts texts at 500 characters', () => {
    const { line: out } = written((log) => log.info({ event: 'a', reason: 'x'.repeat(501), subject: 'y'.repeat(500) }))
    expect(out.reason).toBe(`${'x'.repeat(499)}…`)
    expect(out.subject).toBe('y'.repeat(500))
  })

  test('hides sensitive values', () => {
    expect(written((log) => log.info({ event: 'a', subject: sensitive('Testi Testinen') })).line.subject).toBe(
      '[hidden]',
    )
  })

  test('keeps ids and fingerprints whole that look like identity codes in a part', () => {
    const traceId = '01912345-6789-7abc-8def-0123456789ab'
    const fingerprint = 'aa123456a1234b99'.repeat(4)
    expect(written((log) => log.info({ event: 'a', traceId, fingerprint })).line).toMatchObject({
      traceId,
      fingerprint,
    })
  })
})

describe('an error', () => {
  const logged = (err: unknown) => written((log) => log.error({ event: 'request.failed', err })).line.err!

  test('of ours is written with type, code, message and stack', () => {
    const err = logged(new UnavailableError('DATABASE_AWAY', 'The database does not answer.'))
    expect(err).toMatchObject({ type: 'UnavailableError', code: 'DATABASE_AWAY' })
    expect(err.stack).toMatch(/^UnavailableError: The database does not answer\.\n {4}at .*log\.test\.ts:\d+:\d+/)
    expect(Object.keys(err)).toEqual(['type', 'code', 'stack'])
  })

  test('that is a bug keeps the first line of its message', () => {
    const { stack } = logged(new TypeError('x is not a function\nsecond line'))
    expect(stack).toMatch(/^TypeError: x is not a function\n {4}at /)
    expect(stack).not.toContain('second line')
  })

  test('of PostgreSQL keeps type, SQLSTATE and constraint, and of the rest nothing', () => {
    class DatabaseError extends Error {
      override name = 'error'
    }
    const fields = {
      code: '23505',
      constraint: 'item_reference_key',
      severity: 'ERROR',
      detail: 'Key (x)=(Testi) exists.',
    }
    const err = logged(
      Object.assign(new DatabaseError('duplicate key of Testi\n    at Testi:1:1'), fields, { where: 'Testi' }),
    )
    expect(err).toMatchObject({ type: 'DatabaseError', code: '23505', constraint: 'item_reference_key' })
    expect(err.stack).toMatch(/^DatabaseError\n {4}at /)
    expect(JSON.stringify(err)).not.toMatch(/Testi|duplicate/)
  })

  test('that quotes its input loses its message', () => {
    const act = (run: () => unknown): unknown => {
      try {
        return run()
      } catch (error) {
        return error
      }
    }
    const errors = [
      act(() => JSON.parse('Testi Testinen')),
      act(() => BigInt('Testi')),
      act(() => new URL('Testi')),
      act(() => Buffer.alloc('Testi' as never)),
    ]
    for (const error of errors) expect(JSON.stringify(logged(error))).not.toMatch(/Testi(?!\w)/)
  })

  test('tells its causes, up to three', () => {
    const cause = Object.assign(new Error('secret detail'), { code: '57P01' })
    const err = logged(new GatewayError('A', 'Outer.', { cause }))
    expect(err.cause).toMatchObject({ type: 'Error', code: '57P01' })
    expect(JSON.stringify(err)).not.toContain('secret detail')
    const endless = new Error('round')
    endless.cause = endless
    expect(JSON.stringify(logged(endless)).match(/"type"/g)).toHaveLength(4)
  })

  test('of another realm is an error too', () => {
    expect(logged(runInNewContext('new RangeError("too far")'))).toMatchObject({ type: 'RangeError' })
  })

  test.each([['010190-999X'], [{ text: 'Testi' }], [null], [42]])(
    'that is no error but %j tells only its type',
    (thrown) => {
      expect(logged(thrown)).toEqual({ type: typeof thrown })
    },
  )
})

// Artificial codes, individual number 900 to 999, of every century sign.
const CODES = ['010190-999X', '020280+9123', '030303A987B', '040404F900Y', '050590Y901D', '060685U954C']

describe.each(CODES)('the identity code %s is not in the output', (code) => {
  const error = (message: string, fields: object = {}) => Object.assign(new Error(message), fields)
  const pgLike = error(`duplicate ${code}`, {
    ...{ severity: 'ERROR', code: '23505', detail: `Key (${code})`, where: code, hint: code, internalQuery: code },
    ...{ parameters: [code], constraint: code, table: code, name: 'error' },
  })
  const routes: Record<string, Record<string, unknown>> = {
    'an allowed field': { reason: `refused for ${code}.` },
    'an allowed field in small letters': { reason: `refused for ${code.toLowerCase()}.` },
    'every allowed id': { traceId: code, messageId: `x${code}y`, fingerprint: code, operation: code },
    'the place of the cut': { reason: 'x '.repeat(246) + code },
    'the event': { event: `event.${code}` },
    'a code next to an id': { traceId: `01912345-6789-7abc-8def-0123456789ab${code}` },
    'an unknown field': { identityCode: code },
    'the name of an unknown field': { [code]: 1 },
    'a nested object': { reason: { deep: { deeper: [code] } } },
    'an object that turns itself into text': { reason: { toString: () => code, toJSON: () => code } },
    'a list': { reason: [code] },
    'a sensitive value': { subject: sensitive(code) },
    'the message of an error': { err: error(`no ${code}`) },
    'the name and code of an error': { err: error('x', { name: code, code }) },
    'the message of an error of ours': { err: new GatewayError(code, `no ${code}`) },
    'an error like those of pg': { err: pgLike },
    'a cause': { err: new GatewayError('A', 'x', { cause: new Error('y', { cause: pgLike }) }) },
    'properties of an error': { err: error('x', { body: code, response: { data: code } }) },
    'a stack': { err: error('x', { stack: `Error: ${code}\n    at ${code} (file:1:1)` }) },
    'something thrown': { err: code },
    'a thrown object': { err: { message: code, stack: code } },
  }

  test.each(Object.entries(routes))('by %s', (_route, fields) => {
    const { text, lines } = written((log) => {
      log.error(line(fields))
      log.child(fields).info({ event: 'child' })
    })
    expect(lines).toHaveLength(2)
    // Not even the half that tells the birthday.
    for (const part of [code, code.toLowerCase(), code.slice(0, 7)]) expect(text).not.toContain(part)
  })
})
