import { afterAll, describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../fuzz/main.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'asti-fuzz-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A run ends with the first thing that a planted fault makes go wrong; the seconds are for a busy machine. */
const LIMIT_MS = 180_000

const fuzz = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: LIMIT_MS }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    )
  })

/** Runs with a planted fault, and gives what was kept of it. */
async function plant(name: string): Promise<{ file: string; kept: { target: string; failure: { kind: string } } }> {
  const keep = join(folder, name)
  const { code, stdout, stderr } = await fuzz('--plant', name, '--seconds', '60', '--seed', '1', '--keep', keep)
  if (code !== 1) throw new Error(`ended with ${code}\n${stdout}\n${stderr}`)
  const file = join(keep, readdirSync(keep)[0]!)
  return { file, kept: JSON.parse(readFileSync(file, 'utf8')) as Awaited<ReturnType<typeof plant>>['kept'] }
}

describe('what the fuzzer has to find', () => {
  test(
    'a reading that differs from that of libxml2',
    async () => {
      const { kept } = await plant('other-reading')
      expect(kept).toMatchObject({ target: 'parser', failure: { kind: 'read differently' } })
    },
    LIMIT_MS,
  )

  test(
    'a verification that lets a changed Body in; without the fault its input is refused again',
    async () => {
      const { file, kept } = await plant('forgery')
      expect(kept).toMatchObject({ target: 'verifier', failure: { kind: 'a forgery was accepted' } })
      const again = await fuzz('--replay', file)
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('BODY_CHANGED') })
      expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY')
    },
    LIMIT_MS,
  )
})

test('an option that does not exist is told, with the way to the explanation', async () => {
  const { code, stderr } = await fuzz('--target', 'everything')
  expect(code).toBe(2)
  expect(stderr).toContain('parser, verifier, endpoint or all')
  expect(stderr).toContain('--help')
})
