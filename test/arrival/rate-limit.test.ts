import { describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRateLimit } from '../../src/arrival/rate-limit.js'
import { watchRepeatedRefusals } from '../../src/arrival/repeated-refusals.js'

test('a caller is told how long to wait, and is let in again after that', async () => {
  const limit = createRateLimit({ perWindow: 2, windowMs: 300 })
  expect([await limit.take('a'), await limit.take('a')]).toEqual([null, null])
  const { waitMs } = (await limit.take('a'))!
  expect(waitMs).toBeGreaterThan(0)
  expect(waitMs).toBeLessThanOrEqual(300)
  expect(await limit.take('b')).toBeNull()
  await sleep(waitMs + 20)
  expect(await limit.take('a')).toBeNull()
})

test('0 sets no limit and remembers nobody', async () => {
  const limit = createRateLimit({ perWindow: 0 })
  for (let n = 0; n < 1_000; n++) expect(await limit.take('a')).toBeNull()
  expect(limit.callers).toBe(0)
})

test('however many callers there are, no more than the most are remembered: the oldest begin anew', async () => {
  const limit = createRateLimit({ perWindow: 1, maxCallers: 100 })
  await limit.take('the first')
  expect(await limit.take('the first')).not.toBeNull()
  for (let n = 0; n < 10_000; n++) await limit.take(`caller ${n}`)
  expect(limit.callers).toBe(100)
  expect(await limit.take('caller 9999')).not.toBeNull()
  expect(await limit.take('the first')).toBeNull()
})

test('refusals that follow the first of a window are counted until the window is over, and the next is a first again', async () => {
  const told: [string, number][] = []
  const refusals = watchRepeatedRefusals((traceId, count) => Promise.resolve(void told.push([traceId, count])))
  expect(refusals.note('a', 'id-1', 100)).toEqual({ traceId: 'id-1', isFirst: true })
  expect(refusals.note('a', 'id-2', 90)).toEqual({ traceId: 'id-1', isFirst: false })
  expect(refusals.note('b', 'id-3', 60_000)).toEqual({ traceId: 'id-3', isFirst: true })
  expect(refusals.note('a', 'id-4', 80)).toEqual({ traceId: 'id-1', isFirst: false })
  for (const end = Date.now() + 5_000; told.length === 0 && Date.now() < end;) await sleep(10)
  expect(told).toEqual([['id-1', 2]])
  expect(refusals.note('a', 'id-5', 60_000)).toEqual({ traceId: 'id-5', isFirst: true })
  refusals.note('b', 'id-6', 60_000)
  await refusals.close()
  expect(told).toEqual([
    ['id-1', 2],
    ['id-3', 1],
  ])
})

describe("a caller's own limit", () => {
  const taken = async (limit: ReturnType<typeof createRateLimit>, caller: string, own: number, times: number) => {
    let count = 0
    for (let n = 0; n < times; n++) if ((await limit.take(caller, 1, own)) === null) count++
    return count
  }

  test('stands in the place of everybodys, above it and below it, and changes nothing for the others', async () => {
    const limit = createRateLimit({ perWindow: 3 })
    expect(await taken(limit, 'more', 5, 10)).toBe(5)
    expect(await taken(limit, 'less', 1, 10)).toBe(1)
    expect(await limit.look('less')).not.toBeNull()
    for (let n = 0; n < 3; n++) expect(await limit.take('usual')).toBeNull()
    expect(await limit.take('usual')).not.toBeNull()
  })

  test('of 0 sets none, however strict the limit of the others is', async () => {
    const limit = createRateLimit({ perWindow: 1 })
    expect(await taken(limit, 'a', 0, 100)).toBe(100)
    expect(limit.callers).toBe(0)
    expect([await limit.take('a'), (await limit.take('a')) === null]).toEqual([null, false])
  })

  test('holds where nobody else has one', async () => {
    const limit = createRateLimit({ perWindow: 0 })
    expect(await taken(limit, 'a', 2, 5)).toBe(2)
    expect(await limit.take('b')).toBeNull()
  })

  test('that changes within a window holds for what was counted before: lowered at once, raised at once', async () => {
    const limit = createRateLimit({ perWindow: 100 })
    expect(await taken(limit, 'a', 3, 3)).toBe(3)
    const refused = await limit.take('a', 1, 2)
    expect(refused?.waitMs).toBeGreaterThan(0)
    expect(await taken(limit, 'a', 6, 5)).toBe(2)
    expect(await limit.take('a')).toBeNull()
  })

  test('is met exactly by simultaneous requests, and what is given back may be taken again', async () => {
    const limit = createRateLimit({ perWindow: 1 })
    const all = await Promise.all(Array.from({ length: 20 }, () => limit.take('a', 1, 7)))
    expect(all.filter((one) => one === null)).toHaveLength(7)
    for (let n = 0; n < 14; n++) await limit.giveBack('a')
    expect(await taken(limit, 'a', 7, 5)).toBe(1)
  })

  test('counts points, as everybodys does', async () => {
    const limit = createRateLimit({ perWindow: 1 })
    expect([await limit.take('a', 9, 10), await limit.take('a', 1, 10)]).toEqual([null, null])
    expect(await limit.take('a', 1, 10)).not.toBeNull()
  })
})
