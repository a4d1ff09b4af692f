import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../src/clock.js'
import { joining, type Context, type Submitted } from '../../src/operations/index.js'
import { changes, type Queryable } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import {
  addEvent,
  byChange,
  connect,
  insertMessage,
  newState,
  newWalked,
  untilAllFinished,
  walk,
  type Connection,
  type ReadPage,
  type Walked,
} from './change-walk.js'

let gateway: TestGateway
const opened: Connection[] = []
const connection = async (): Promise<Connection> => {
  const one = await connect(gateway)
  opened.push(one)
  return one
}
beforeAll(async () => (gateway = await startGateway()))
afterAll(async () => {
  await Promise.all(opened.map((one) => one.end()))
  await gateway.close()
})

/** The operation that authorities call; what is new in its pages. */
const byStatus: ReadPage = async (_db, { service }, cursor, limit) => {
  const { authorityId, serviceId: id } = service
  const context = { db: gateway.db, sealer: gateway.runtime.sealer, clock: systemClock } as unknown as Context
  const submitted = { id: randomUUID(), raw: null, replay: null, service: { authorityId, id } } as unknown as Submitted
  const query = { by: 'changes', cursor, from: null, limit } as const
  const found = await joining.fetchMessageStatus(context, { operation: 'fetchMessageStatus', query }, submitted, () =>
    Promise.resolve(),
  )
  const history = found.messages.flatMap((message) => message.history)
  return { states: history.filter(({ isNew }) => isNew).map(({ state }) => state), cursor: found.cursor! }
}

/** What one would write without thinking of transactions that are still running. */
const naive = (column: 'id' | 'at'): ReadPage => {
  const type = column === 'id' ? 'uuid' : 'timestamptz'
  return async (db, { service }, cursor, limit) => {
    const { rows } = await db.query<{ state: number; place: string }>(
      `select state, ${column}::text as place from state_event
       where authority_id = $1 and service_id = $2 and ($3::${type} is null or ${column} > $3) order by ${column} limit $4`,
      [service.authorityId, service.serviceId, cursor, limit],
    )
    return { states: rows.map(({ state }) => state), cursor: rows.at(-1)?.place ?? cursor! }
  }
}

const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b)

describe('a transaction that writes first and commits last', () => {
  /** What a reader sees who reads while it runs, and again after it has ended. */
  async function readAround(read: ReadPage, { ends }: { ends: 'commit' | 'rollback' }) {
    const walked = await newWalked(gateway)
    const [slow, quick, reader] = [await connection(), await connection(), await connection()]
    await slow.query('begin')
    const first = await addEvent(slow, walked)
    const later = []
    for (let n = 0; n < 3; n++) {
      await quick.query('begin')
      later.push(await addEvent(quick, walked))
      await quick.query('commit')
    }
    const during = await walk(reader, walked, { read })
    await slow.query(ends)
    await untilAllFinished(gateway.db)
    const after = await walk(reader, walked, { read, from: during.cursor })
    return { first, later, during: during.states, after: after.states }
  }

  test.each([
    ['listChanges', byChange],
    ['fetchMessageStatus', byStatus],
  ])('holds back those after it, and nothing is lost once it has committed: %s', async (_name, read) => {
    const { first, later, during, after } = await readAround(read, { ends: 'commit' })
    expect(during).toEqual([])
    expect(sorted(after)).toEqual([first, ...later])
  })

  test('holds back those after it until it is undone, and then only they are seen', async () => {
    const { later, during, after } = await readAround(byChange, { ends: 'rollback' })
    expect([during, after]).toEqual([[], later])
  })

  test.each(['id', 'at'] as const)('would be passed over by a cursor that goes by %s alone', async (column) => {
    const { later, during, after } = await readAround(naive(column), { ends: 'commit' })
    expect([during, after]).toEqual([later, []])
  })
})

test('a transaction that only reads holds nothing back, however long it takes', async () => {
  const walked = await newWalked(gateway)
  const idle = await connection()
  await idle.query('begin isolation level repeatable read')
  await idle.query('select count(*) from state_event')
  const state = await gateway.db.withTransaction((tx) => addEvent(tx, walked))
  await untilAllFinished(gateway.db)
  expect((await walk(gateway.db, walked)).states).toEqual([state])
  await idle.query('rollback')
})

test('numbers of transactions are numbers: when they get a digit more, nothing is passed over', async () => {
  const walked = await newWalked(gateway)
  const written: number[] = []
  // All of them long ago; a new cluster begins at some hundreds.
  for (const xact of [7, 8, 9, 10, 11, 99, 100, 101]) {
    const state = await gateway.db.withTransaction((tx) => addEvent(tx, walked))
    await gateway.db.query('update state_event set xact = $2::text::xid8 where state = $1', [state, String(xact)])
    written.push(state)
  }
  await untilAllFinished(gateway.db)
  for (const size of [1, 2, 3, 8, 50])
    expect((await walk(gateway.db, walked, { limit: () => size })).states).toEqual(written)
})

test('who has seen everything keeps the place, and goes on from it when there is something new', async () => {
  const walked = await newWalked(gateway)
  const nothing = await walk(gateway.db, walked)
  expect(nothing.states).toEqual([])
  const first = await gateway.db.withTransaction((tx) => addEvent(tx, walked))
  await untilAllFinished(gateway.db)
  const one = await walk(gateway.db, walked, { from: nothing.cursor })
  expect(one.states).toEqual([first])
  expect((await walk(gateway.db, walked, { from: one.cursor })).cursor).toBe(one.cursor)
  const second = await gateway.db.withTransaction((tx) => addEvent(tx, walked))
  await untilAllFinished(gateway.db)
  expect((await walk(gateway.db, walked, { from: one.cursor })).states).toEqual([second])
  expect((await walk(gateway.db, walked, { from: nothing.cursor })).states).toEqual([first, second])
})

test('who begins with an instant sees what was written since then, and nothing from before', async () => {
  const walked = await newWalked(gateway)
  const add = (count: number) =>
    gateway.db.withTransaction(async (tx) => {
      const list = []
      for (let n = 0; n < count; n++) list.push(await addEvent(tx, walked))
      return list
    })
  const before = await add(5)
  await sleep(5)
  const from = new Date()
  await sleep(5)
  const since = await add(7)
  await untilAllFinished(gateway.db)
  const walkFrom = (instant: Date | null) =>
    walk(gateway.db, walked, { from: changes.writeCursor(changes.firstCursor(instant)), limit: () => 2 })
  expect((await walkFrom(from)).states).toEqual(since)
  expect((await walkFrom(null)).states).toEqual([...before, ...since])
  expect((await walkFrom(new Date(Date.now() + 60_000))).states).toEqual([])
  for (const year of ['0001', '1969', '1970'])
    expect((await walkFrom(new Date(`${year}-06-01T00:00:00Z`))).states).toEqual([...before, ...since])
  expect((await walkFrom(new Date('9999-12-31T23:59:59Z'))).states).toEqual([])
})

test('what counts is when a change was, not by whose clock its id was made', async () => {
  const walked = await newWalked(gateway)
  const add = async (madeAt: Date): Promise<number> => {
    const state = await gateway.db.withTransaction((tx) => addEvent(tx, walked))
    await gateway.db.query('update state_event set id = $1 where state = $2 and authority_id = $3', [
      changes.firstCursor(madeAt).from,
      state,
      walked.service.authorityId,
    ])
    return state
  }
  const inMinutes = (minutes: number): Date => new Date(Date.now() + minutes * 60_000)
  await add(inMinutes(20))
  await sleep(5)
  const from = new Date()
  await sleep(5)
  const late = await add(inMinutes(-20))
  await untilAllFinished(gateway.db)
  const cursor = changes.writeCursor(changes.firstCursor(from))
  expect((await walk(gateway.db, walked, { from: cursor })).states).toEqual([late])
})

interface Step {
  readonly service: number
  readonly isMessage: boolean
  readonly pauseMs: number
}
interface Transaction {
  readonly steps: readonly Step[]
  readonly ends: 'commit' | 'rollback'
}

const step = fc.record({ service: fc.nat(1), isMessage: fc.boolean(), pauseMs: fc.nat(6) })
const transaction: fc.Arbitrary<Transaction> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 8, size: 'max' }),
  ends: fc.constantFrom('commit', 'commit', 'commit', 'rollback'),
})
const writers = fc.array(fc.array(transaction, { minLength: 4, maxLength: 10, size: 'max' }), {
  minLength: 4,
  maxLength: 6,
})

/** Writes one transaction after the other on a connection of its own; returns what was committed, by service. */
async function write(services: readonly Walked[], transactions: readonly Transaction[]): Promise<number[][]> {
  const tx = await connection()
  const committed = services.map((): number[] => [])
  for (const { steps, ends } of transactions) {
    await tx.query('begin')
    const written = services.map((): number[] => [])
    for (const { service, isMessage, pauseMs } of steps) {
      const state = newState()
      if (isMessage) await insertMessage(tx, gateway.runtime.sealer, services[service]!.service, state)
      else await addEvent(tx, services[service]!, state)
      written[service]!.push(state)
      await sleep(pauseMs)
    }
    await tx.query(ends)
    if (ends === 'commit') written.forEach((states, at) => committed[at]!.push(...states))
  }
  return committed
}

test('while others write, every committed change of a service is seen once, in the order of one walk afterwards', async () => {
  const turns = [await connection(), await connection()]
  let turn = 0
  /** A cursor is only text: it is carried from one connection to another with every page. */
  const carried: ReadPage = (_db, ...rest) => byChange(turns[turn++ % 2]!, ...rest)

  await fc.assert(
    fc.asyncProperty(writers, async (plan) => {
      const services = [await newWalked(gateway), await newWalked(gateway)]
      let isWritten = false
      const follow = async (read: ReadPage, walked: Walked): Promise<number[]> => {
        const db: Queryable = gateway.db
        const seen: number[] = []
        for (let cursor: string | null = null; ; await sleep(1)) {
          const isLast = isWritten
          if (isLast) await untilAllFinished(db)
          const page = await walk(db, walked, { read, from: cursor })
          seen.push(...page.states)
          cursor = page.cursor
          if (isLast) return seen
        }
      }
      const readers = [
        follow(carried, services[0]!),
        follow(byChange, services[1]!),
        follow(byStatus, services[0]!),
        follow(byStatus, services[1]!),
      ]
      const committed = await Promise.all(plan.map((transactions) => write(services, transactions)))
      isWritten = true
      const [first, second, ...statuses] = await Promise.all(readers)
      for (const [at, seen] of [first!, second!].entries()) {
        const all = committed.flatMap((one) => one[at]!)
        expect(sorted(seen)).toEqual(sorted(all))
        expect((await walk(gateway.db, services[at]!)).states).toEqual(seen)
        expect(sorted(statuses[at]!)).toEqual(sorted(all))
      }
    }),
    { numRuns: 6, endOnFailure: true },
  )
})

describe('a cursor as text', () => {
  const uuid = fc.uuid()
  const cursor = fc.record({
    epoch: fc.integer({ min: 0, max: 999_999_999 }),
    xact: fc.bigInt({ min: 0n, max: 9_999_999_999_999_999_999n }).map(String),
    eventId: uuid,
    from: fc.option(uuid),
  })

  test('says what it said', () => {
    fc.assert(
      fc.property(cursor, (one) => {
        expect(changes.readCursor(changes.writeCursor(one))).toEqual(one)
      }),
    )
  })

  test('is refused when it is none that could have been written', () => {
    const inside = (text: string): string => Buffer.from(text).toString('base64url')
    const id = randomUUID()
    const wrong = ['', '1', `2.1.1.${id}`, `1.1.1.${id}.`, `1.-1.1.${id}`, `1.01.1.${id}`, `1.1.1.${id.toUpperCase()}A`]
    const more = [`1.1.1.${id}\n`, ` 1.1.1.${id}`, `1.1.1.${id}.${id}.${id}`, `1.1.x.${id}`, `1.1.1.${id.slice(1)}`]
    const large = [`1.1.${'9'.repeat(20)}.${id}`, `1.${'9'.repeat(10)}.1.${id}`, `1.1.007.${id}`]
    for (const text of [...wrong, ...more, ...large])
      expect([text, changes.readCursor(inside(text))]).toEqual([text, null])
    const good = inside(`1.1.1.${id}`)
    expect(changes.readCursor(good)).not.toBeNull()
    for (const text of [`${good}=`, ` ${good}`, `${good}\n`, `${good}.`, good.slice(0, -1), `*${good}`])
      expect([text, changes.readCursor(text)]).toEqual([text, null])
  })

  test('of any kind is refused, or is just what would be written for it', () => {
    const damaged = fc
      .tuple(cursor, fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }), fc.nat(2))
      .map(([one, at, text, length]) => {
        const written = changes.writeCursor(one)
        const place = at % written.length
        return written.slice(0, place) + text + written.slice(place + length)
      })
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        const read = changes.readCursor(text)
        if (read !== null) expect(changes.writeCursor(read)).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })
})
