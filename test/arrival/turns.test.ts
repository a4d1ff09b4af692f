import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { LimitReached } from '../../src/arrival/errors.js'
import { createTurns } from '../../src/arrival/turns.js'

/** Keeps the process busy, as reading a large document does. */
function burn(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;) Math.sqrt(2)
}

/** Work that goes on until it is told to end. */
function held(): { work: () => Promise<void>; end: () => void } {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  return { work: () => ended, end: () => end() }
}

test('no more are in hand than may be, of all callers and of each', async () => {
  const turns = createTurns({ atOnce: 3, perCaller: 2 })
  const inHand: Record<string, number> = { a: 0, b: 0 }
  const most = { a: 0, b: 0, all: 0 }
  const work = (caller: 'a' | 'b') => async (): Promise<void> => {
    inHand[caller]!++
    most[caller] = Math.max(most[caller], inHand[caller]!)
    most.all = Math.max(most.all, inHand['a']! + inHand['b']!)
    await sleep(1)
    inHand[caller]!--
  }
  await Promise.all(Array.from({ length: 60 }, (_, i) => turns.run(i % 2 ? 'a' : 'b', work(i % 2 ? 'a' : 'b'))))
  expect(most).toEqual({ a: 2, b: 2, all: 3 })
  expect(turns.waiting).toBe(0)
})

test('one is begun in a turn of the event loop, so that others are heard in between', async () => {
  const turns = createTurns({ atOnce: 100, perCaller: 100 })
  let loop = 0
  const counting = setInterval(() => undefined, 1_000)
  const tick = (): void => {
    loop++
    if (turns.waiting > 0 || loop < 3) setImmediate(tick)
  }
  setImmediate(tick)
  const begunIn: number[] = []
  await Promise.all(
    Array.from({ length: 20 }, () =>
      turns.run('a', () => {
        begunIn.push(loop)
        return Promise.resolve()
      }),
    ),
  )
  clearInterval(counting)
  expect(new Set(begunIn).size).toBeGreaterThanOrEqual(19)
})

test('whoever has kept the process busy waits for whoever has not, also when it came first', async () => {
  const turns = createTurns({ atOnce: 10, perCaller: 10 })
  const order: string[] = []
  const greedy = Array.from({ length: 10 }, (_, i) =>
    turns.run('greedy', () => {
      order.push(`greedy ${i}`)
      burn(4)
      return Promise.resolve()
    }),
  )
  await sleep(6)
  const honest = turns.run('honest', () => {
    order.push('honest')
    return Promise.resolve()
  })
  await Promise.all([...greedy, honest])
  expect(order.indexOf('honest')).toBeLessThan(6)
  expect(order).toHaveLength(11)
})

test('whoever has stopped everything for long rests, so that others go on in between', async () => {
  const turns = createTurns({ atOnce: 10, perCaller: 10 })
  const greedy: number[] = []
  const hostile = Array.from({ length: 3 }, () =>
    turns.run('greedy', () => {
      greedy.push(performance.now())
      burn(30)
      return Promise.resolve()
    }),
  )
  await Promise.all(hostile)
  for (const i of [1, 2]) expect(greedy[i]! - greedy[i - 1]!).toBeGreaterThanOrEqual(110)
})

test('a short rest is over before a long one that began earlier', async () => {
  const turns = createTurns({ atOnce: 10, perCaller: 10 })
  turns.rest('long', 2_000)
  turns.rest('short', 30)
  const startedAt = performance.now()
  const long = turns.run('long', () => Promise.resolve(performance.now() - startedAt))
  const short = turns.run('short', () => Promise.resolve(performance.now() - startedAt))
  expect((await short).result).toBeLessThan(1_000)
  expect((await long).result).toBeGreaterThanOrEqual(1_990)
})

test('what work does before it waits is its cost, and what comes after is not', async () => {
  const turns = createTurns({ atOnce: 1, perCaller: 1 })
  const { costMs, result } = await turns.run('a', async () => {
    burn(20)
    await sleep(100)
    return 'done'
  })
  expect(result).toBe('done')
  expect(costMs).toBeGreaterThanOrEqual(20)
  expect(costMs).toBeLessThan(100)
})

test('whose turn does not come in time is told so, and the others go on', async () => {
  const turns = createTurns({ atOnce: 1, perCaller: 1, maxWaitMs: 30 })
  const { work, end } = held()
  const first = turns.run('a', work)
  await expect(turns.run('b', () => Promise.resolve())).rejects.toThrow(LimitReached)
  expect(turns.waiting).toBe(0)
  end()
  await first
  expect((await turns.run('b', () => Promise.resolve('ok'))).result).toBe('ok')
})

test('work that fails gives its place back', async () => {
  const turns = createTurns({ atOnce: 1, perCaller: 1 })
  await expect(turns.run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect((await turns.run('a', () => Promise.resolve(1))).result).toBe(1)
})
