import { expect, test } from '@jest/globals'
import { src } from './sources.js'

const MAX_LINES = 300

test('a source has at most 300 lines: past that, ask which second job moved in', () => {
  const lines = src.map(({ path, text }) => ({ path, count: text.trimEnd().split('\n').length }))
  const long = lines.filter(({ count }) => count > MAX_LINES)
  expect(long.map(({ path, count }) => `${path} has ${count} lines`)).toEqual([])
})
