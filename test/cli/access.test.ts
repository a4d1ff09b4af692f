import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cloneDatabase } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import { auditRows, makeDataDir, runCli, runJson, type Env } from './support.js'

const demo = ['--authority', 'demo_ws', '--service', 'demo_ws_1']
let env: Env
let clean: () => Promise<void>

beforeAll(async () => {
  const database = await cloneDatabase()
  const data = makeDataDir()
  env = { ASTI_DATA_DIR: data.dir, DATABASE_URL: database.url }
  clean = async () => {
    await database.drop()
    data.remove()
  }
})
afterAll(() => clean())

interface Listed {
  readonly id: string
  readonly kind: string
  readonly network: string | null
  readonly label: string
}
const list = async (): Promise<Listed[]> => (await runJson<Listed[]>(['access', 'list'], env)).value

test('a network opens the unsigned endpoint for a service until it is taken away again', async () => {
  const added = await runCli(['access', 'add', ...demo, '--network', '10.20.0.7/24'], env)
  expect(added.code).toBe(0)
  expect(added.stderr).toContain('ASTI_NON_SIGNED=proven')
  const row = (await list()).find(({ kind }) => kind === 'network')!
  expect(row).toMatchObject({ network: '10.20.0.0/24' })
  expect((await runCli(['access', 'add', ...demo, '--network', '10.20.0.0/24'], env)).stdout).toContain(
    'nothing changed',
  )
  expect((await runCli(['access', 'remove', row.id], env)).code).toBe(0)
  expect(await list()).toEqual([])
  expect((await runCli(['access', 'remove', row.id], env)).code).toBe(1)
  expect((await auditRows(env, 'access.added')).map(({ subject }) => subject['kind'])).toEqual(['network'])
  expect(await auditRows(env, 'access.removed')).toHaveLength(1)
})

test('a new API key is shown once and stored nowhere', async () => {
  const { value } = await runJson<{ apiKey: string }>(['access', 'add', ...demo, '--new-api-key'], env)
  expect(value.apiKey).toMatch(/^[\w-]{43}$/)
  expect(JSON.stringify([await list(), await auditRows(env, 'access.added')])).not.toContain(value.apiKey)
})

test('a client certificate is taken from its file', async () => {
  const { certificatePem, fingerprintSha256 } = await makeIdentity({ commonName: 'tls' })
  const file = join(env['ASTI_DATA_DIR']!, 'tls.pem')
  writeFileSync(file, certificatePem)
  expect((await runCli(['access', 'add', ...demo, '--client-certificate', file], env)).code).toBe(0)
  expect(await list()).toContainEqual(expect.objectContaining({ fingerprint: fingerprintSha256 }))
})

test.each([
  ['no way in', [], 2],
  ['two ways in', ['--network', '10.0.0.1', '--new-api-key'], 2],
  ['everybody', ['--network', '0.0.0.0/0'], 2],
  ['a name for a network', ['--network', 'example.fi'], 2],
  ['a certificate that is no file', ['--client-certificate', '/nowhere.pem'], 1],
])('%s is refused with a sentence', async (_name, args, code) => {
  const refused = await runCli(['access', 'add', ...demo, ...args], env)
  expect([refused.code, refused.stdout]).toEqual([code, ''])
  expect(refused.stderr).not.toMatch(/^\s*at /m)
})

test('an unknown service is refused', async () => {
  const args = ['--authority', 'nobody', '--service', 'nobody_1', '--network', '10.0.0.1']
  expect((await runCli(['access', 'add', ...args], env)).code).toBe(1)
})

test('settings of a service are changed one by one, and audited', async () => {
  const set = (...args: string[]) => runCli(['service', 'set', ...demo, ...args, '--yes'], env)
  expect((await set('--sha1', 'refused')).code).toBe(0)
  expect((await set('--response-security', 'signature+timestamp', '--operations', 'sendMessage,addItems')).code).toBe(0)
  const { value } = await runJson<{ settings: object }[]>(['service', 'list'], env)
  expect(value[0]!.settings).toMatchObject({
    sha1: 'refused',
    responseSecurity: 'signature+timestamp',
    operations: ['sendMessage', 'addItems'],
  })
  expect(await auditRows(env, 'service.settings-changed')).toHaveLength(2)
  expect([(await set()).code, (await set('--operations', 'everything')).code]).toEqual([2, 2])
})
