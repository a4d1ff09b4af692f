import { afterEach, expect, jest, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SIGNED_PATH } from '../../support/clients/index.js'
import {
  freePort,
  inDatabaseOf,
  isFree,
  killEverything,
  launchGatewayProcess,
  newDataDir,
  postgresProcessesOf,
  runGatewayProcess,
  startGatewayProcess,
  takePort,
  tidyUp,
  until,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import type { Queryable } from '../../../src/store/index.js'
import { countViolations, demoSender, isDuplicate, Ledger, newLetter, noViolations } from './sending.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

test('what the gateway prints names endpoint, WSDL and the next command, and the endpoint and WSDL answer', async () => {
  const gateway = await startGatewayProcess()
  await until(() => gateway.stderr().includes('Ctrl-C'))
  const banner = gateway.stderr()
  const endpoint = /Endpoint\s+(\S+)/.exec(banner)?.[1] ?? ''
  const wsdl = /WSDL\s+(\S+)/.exec(banner)?.[1] ?? ''
  const next = /npm run (\S+)/.exec(banner)?.[1] ?? ''
  expect(endpoint).toBe(`${gateway.origin}${SIGNED_PATH}`)
  expect(linesOf(banner).length).toBeLessThan(12)

  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  expect(Object.keys(scripts)).toContain(next)
  const published = await fetch(wsdl)
  expect(published.status).toBe(200)
  expect(await published.text()).toContain(`location="${endpoint}"`)
  const health = /Health\s+(\S+)/.exec(banner)?.[1] ?? ''
  expect((await fetch(health)).status).toBe(200)
  const { origin } = new URL(endpoint)
  expect(await demoSender(gateway.dataDir).send(origin, newLetter())).toMatchObject({ code: 202 })
})

test('started again on the same data, also after kill -9, the gateway has its messages and one seed', async () => {
  const dataDir = newDataDir()
  const port = await freePort()
  const ledger = new Ledger()
  const letter = newLetter()
  ledger.attempt(letter)
  let gateway = await startGatewayProcess({ dataDir, port })
  ledger.note(letter, await demoSender(dataDir).send(gateway.origin, letter))
  const rows = await inDatabaseOf(gateway, countSeed)
  const migrations = readdirSync('src/store/migrations').length
  expect(rows).toEqual({ authorities: 1, services: 1, certificates: 1, accounts: 4, messages: 1, migrations })
  for (const end of [() => gateway.stop(), () => gateway.kill(), () => killEverything(gateway)]) {
    await end()
    gateway = await startGatewayProcess({ dataDir, port })
    expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
    expect(await inDatabaseOf(gateway, countSeed)).toEqual(rows)
    expect(await inDatabaseOf(gateway, (db) => countViolations(db, ledger, dataDir))).toEqual(noViolations)
  }
  expect(isDuplicate(await demoSender(dataDir).send(gateway.origin, letter))).toBe(true)
})

async function countSeed(db: Queryable) {
  const { rows } = await db.query(
    `select (select count(*) from authority)::int as authorities, (select count(*) from service)::int as services,
       (select count(*) from service_certificate)::int as certificates, (select count(*) from account)::int as accounts,
       (select count(*) from message)::int as messages, (select count(*) from schema_migration)::int as migrations`,
  )
  return rows[0]
}

test('a taken port gets one sentence that names it and a way out, exit code 1, and nothing else is started', async () => {
  const dataDir = newDataDir()
  const port = await freePort()
  await takePort(port)
  const { code, stdout, stderr } = await runGatewayProcess({ dataDir, port })
  expect(code).toBe(1)
  const [sentence, ...others] = linesOf(stderr)
  expect(others).toEqual([])
  expect(sentence).toContain(String(port))
  expect(sentence).toMatch(/PORT=\d+ npm start/)
  expect(stdout).toBe('')
  expect(existsSync(dataDir)).toBe(false)
})

test('the last port of all, when taken, is not followed by one that does not exist', async () => {
  const port = 65535
  if (await isFree(port)) await takePort(port)
  const { code, stderr } = await runGatewayProcess({ port })
  const suggested = Number(/PORT=(\d+)/.exec(stderr)?.[1])
  expect(code).toBe(1)
  expect(suggested).toBeGreaterThan(0)
  expect(suggested).toBeLessThanOrEqual(65535)
})

test('a port that is taken while the database starts gets the same one sentence, and the database is stopped', async () => {
  const port = await freePort()
  const gateway = await launchGatewayProcess({ port })
  await until(() => existsSync(join(gateway.dataDir, 'postgres')))
  await takePort(port)
  expect(await gateway.ended).toEqual({ code: 1, signal: null })
  await until(() => postgresProcessesOf(gateway.dataDir).length === 0)
  const [sentence, ...others] = linesOf(gateway.stderr())
  expect(others).toEqual([])
  expect(sentence).toContain(String(port))
  expect(sentence).toMatch(/PORT=\d+ npm start/)
})

test('every problem of the configuration is told at once, no secret is shown and nothing is started', async () => {
  const dataDir = newDataDir()
  const env = {
    PORT: 'eighty',
    LOG_LEVEL: 'loud',
    ASTI_MAX_REQUEST_BYTES: 'a lot',
    ASTI_DATBASE_POOL_SIZE: '4',
    DATABASE_URL: 'mysql://gateway:Salaisuus-1@localhost/asti',
  }
  const { code, stdout, stderr } = await runGatewayProcess({ dataDir, env })
  expect(code).toBe(1)
  for (const name of Object.keys(env)) expect(stderr).toContain(name)
  expect(linesOf(stderr)).toHaveLength(Object.keys(env).length + 1)
  expect(stdout + stderr).not.toContain('Salaisuus-1')
  expect(existsSync(dataDir)).toBe(false)
})
