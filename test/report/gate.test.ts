import { expect, test } from '@jest/globals'
import { createGate } from '../../src/report/gate.js'

const never = new AbortController().signal

test('one goes at a time, in the order in which they came', async () => {
  const gate = createGate()
  const order: number[] = []
  const turns = [1, 2, 3].map(async (n) => {
    const leave = await gate.enter(never, 10_000)
    order.push(n)
    await Promise.resolve()
    // Twice is once.
    leave!()
    leave!()
  })
  await Promise.all(turns)
  expect(order).toEqual([1, 2, 3])
})

test('whoever has waited too long, or is told to stop, goes away and leaves the turn to the next', async () => {
  const gate = createGate()
  const leave = await gate.enter(never, 10_000)
  const stop = new AbortController()
  const [late, stopped, next] = [gate.enter(never, 20), gate.enter(stop.signal, 10_000), gate.enter(never, 10_000)]
  stop.abort(new Error('stopped'))
  await expect(stopped).rejects.toThrow('stopped')
  expect(await late).toBeNull()
  leave!()
  expect(await next).toBeInstanceOf(Function)
  await expect(gate.enter(AbortSignal.abort(new Error('stopped')), 10)).rejects.toThrow('stopped')
})
