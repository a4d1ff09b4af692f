import { afterEach, expect, test } from '@jest/globals'
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withStartLock } from '../../../src/store/embedded/start-lock.js'
import { makeFolder, startScript, tidyUp } from '../../support/embedded/members.js'

afterEach(tidyUp)

test('of twenty at once only one is inside at any time, and little is left behind', async () => {
  const dir = makeFolder()
  let inside = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inside--
  }
  await Promise.all(Array.from({ length: 20 }, () => withStartLock({ dir, waitMs: 30_000 }, work)))
  expect(most).toBe(1)
  expect(readdirSync(dir)).toHaveLength(1)
})

test('a lock whose holder was killed is free at once', async () => {
  const dir = makeFolder()
  const holder = await startScript('lock-holder.mjs', [dir])
  const early = withStartLock({ dir, waitMs: 200 }, () => Promise.resolve())
  await expect(early).rejects.toMatchObject({ code: 'EMBEDDED_POSTGRES' })
  await holder.kill()
  await expect(withStartLock({ dir, waitMs: 200 }, () => Promise.resolve('free'))).resolves.toBe('free')
})

test.each(['', '{"pid":1', JSON.stringify({ pid: process.pid, startedAt: 'another boot:1', released: false })])(
  'a lock file that says %j holds nobody up',
  async (text) => {
    const dir = makeFolder()
    writeFileSync(join(dir, 'start.lock.7'), text)
    await expect(withStartLock({ dir, waitMs: 0 }, () => Promise.resolve('free'))).resolves.toBe('free')
    expect(readdirSync(dir)).toEqual(['start.lock.8'])
  },
)

test('what a killed process was just writing is cleared away after a while', async () => {
  const dir = makeFolder()
  const draft = join(dir, 'ownership.json.draft-1')
  writeFileSync(draft, '{')
  await withStartLock({ dir, waitMs: 0 }, () => Promise.resolve())
  expect(existsSync(draft)).toBe(true)
  utimesSync(draft, new Date(0), new Date(0))
  await withStartLock({ dir, waitMs: 0 }, () => Promise.resolve())
  expect(existsSync(draft)).toBe(false)
})

test('work that fails releases the lock', async () => {
  const dir = makeFolder()
  const failing = withStartLock({ dir, waitMs: 0 }, () => Promise.reject(new Error('as planned')))
  await expect(failing).rejects.toThrow('as planned')
  await expect(withStartLock({ dir, waitMs: 0 }, () => Promise.resolve('free'))).resolves.toBe('free')
})
