import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { testPersons } from '../../src/sandbox/index.js'
import { makeDataDir, runCli, runJson, startGatewayProcess, type GatewayProcess, type Listed } from './support.js'

let gateway: GatewayProcess
const other = makeDataDir()
beforeAll(async () => (gateway = await startGatewayProcess()))
afterAll(async () => {
  await gateway.stop()
  other.remove()
})

test('the demo sends one letter twice, and the database holds it once', async () => {
  const { code, stdout, stderr } = await runCli(['demo'], gateway.env)

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [, reference] = /reference +(demo-\d+)/.exec(stdout)!
  const { value } = await runJson<Listed[]>(['messages', 'list', '--reference', reference!], gateway.env)
  expect(value).toMatchObject([{ attachments: 1, state: 200 }])
  expect(stdout).toContain(value[0]!.traceId)
  expect(stdout).toMatch(/\b202\b[^]*\b525\b/)
  // What was sent and what was read back.
  const hashes = stdout.match(/\b[\da-f]{64}\b/g)!
  expect(hashes).toHaveLength(2)
  expect(hashes[0]).toBe(hashes[1])
  expect(stdout).not.toContain(testPersons[0]!.id)
})

test('each command that the demo names to try next works', async () => {
  const { stdout } = await runCli(['demo'], gateway.env)
  const commands = [...stdout.matchAll(/npm run -s cli -- (.+)/g)].map(([, words]) => words!)

  expect(commands.length).toBeGreaterThan(2)
  for (const command of commands) {
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
    expect({ command, code: (await runCli(words, gateway.env)).code }).toEqual({ command, code: 0 })
  }
})

test('without a gateway the demo says how to start one and starts nothing itself', async () => {
  const env = { ASTI_DATA_DIR: join(other.dir, 'nothing'), PORT: '9' }

  const { code, stdout, stderr } = await runCli(['demo'], env)

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('npm start')
  expect(existsSync(env.ASTI_DATA_DIR)).toBe(false)
})

test('a gateway that works on another folder is told apart', async () => {
  const env = { ...gateway.env, ASTI_DATA_DIR: other.dir }
  await runCli(['messages', 'count'], env)

  const { code, stderr } = await runCli(['demo'], env)

  expect(code).toBe(1)
  expect(stderr).toContain('ASTI_DATA_DIR')
})
