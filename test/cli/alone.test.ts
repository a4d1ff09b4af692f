import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeDataDir, runCli, runJson } from './support.js'

let data: ReturnType<typeof makeDataDir>
beforeEach(() => void (data = makeDataDir()))
afterEach(() => data.remove())

const isRunning = (): boolean => existsSync(join(data.dir, 'postgres/cluster/postmaster.pid'))

test('commands need no gateway: they start the database for their own time and stop it again', async () => {
  const env = { ASTI_DATA_DIR: data.dir }

  const [first, second, count] = [
    await runCli(['migrate'], env),
    await runCli(['migrate'], env),
    await runCli(['messages', 'count'], env),
  ]

  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('0001_') })
  expect(second).toMatchObject({ code: 0, stdout: expect.not.stringContaining('0001_') })
  expect(count).toEqual({ code: 0, stdout: '0\n', stderr: '' })
  expect(isRunning()).toBe(false)
})

test('commands that start at the same moment share the database', async () => {
  const env = { ASTI_DATA_DIR: data.dir }

  const counts = await Promise.all(Array.from({ length: 4 }, () => runCli(['messages', 'count'], env)))

  for (const count of counts) expect(count).toEqual({ code: 0, stdout: '0\n', stderr: '' })
  expect(isRunning()).toBe(false)
})

test('the schema names the migrations that ran, and every table says what it holds', async () => {
  const { value } = await runJson<{
    migrations: { name: string; runAt: string }[]
    tables: { name: string; about: string | null }[]
  }>(['schema'], { ASTI_DATA_DIR: data.dir })

  expect(value.migrations[0]!.name).toMatch(/^0001_/)
  expect(Math.abs(Date.now() - Date.parse(value.migrations[0]!.runAt))).toBeLessThan(600_000)
  expect(value.tables.filter(({ about }) => about === null).map(({ name }) => name)).toEqual(['schema_migration'])
})
