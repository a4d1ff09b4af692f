import { expect, test } from '@jest/globals'
import { isFailure, isFinal, mayFollow, states, type StateCode } from '../../src/message/index.js'

const all = Object.values(states)

test('states never go backwards, and nothing follows a final one', () => {
  const moves = all.flatMap((present) =>
    all.filter((next) => mayFollow(next, present)).map((next): [StateCode, StateCode] => [present, next]),
  )
  expect(moves).toEqual([
    [200, 220],
    [200, 230],
    [202, 200],
    [202, 220],
    [202, 230],
    [202, 522],
    [202, 523],
    [202, 550],
    [202, 580],
    [220, 230],
  ])
})

test('an acknowledgement and every failure are final', () => {
  expect(all.filter(isFinal)).toEqual([230, 522, 523, 550, 580])
  expect(all.filter(isFailure)).toEqual([522, 523, 550, 580])
})
