import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCaServer, type CaServer } from '../support/ca-server.js'
import { cloneDatabase } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import { issue, makeOcspAnswer, type Issued } from '../support/pki.js'
import { auditRows, makeDataDir, runCli, runJson, type Env } from './support.js'

let data: { dir: string; remove: () => void }
let database: { url: string; drop: () => Promise<void> }
let server: CaServer
let root: Issued
let env: Env
let checking: Env

beforeAll(async () => {
  data = makeDataDir()
  database = await cloneDatabase()
  server = await startCaServer()
  root = await issue({ name: 'Juuri', ca: true })
  env = { ASTI_DATA_DIR: data.dir, DATABASE_URL: database.url }
  checking = { ...env, ASTI_CA_FILES: fileOf('juuri', root.certificatePem), ASTI_REVOCATION: 'require' }
})
afterAll(async () => {
  await server.close()
  await database.drop()
  data.remove()
})

function fileOf(name: string, pem: string): string {
  const file = join(data.dir, `${name}.pem`)
  writeFileSync(file, pem)
  return file
}

const add = (id: string, pem: string, settings: Env = env) =>
  runCli(
    [
      'service',
      'add',
      '--authority',
      id,
      '--service',
      `${id}_1`,
      '--name',
      'Palvelu',
      '--certificate',
      fileOf(id, pem),
      '--yes',
    ],
    settings,
  )
const remove = (id: string, fingerprint: string) =>
  runCli(
    [
      'service',
      'certificate',
      'remove',
      '--authority',
      id,
      '--service',
      `${id}_1`,
      '--fingerprint',
      fingerprint,
      '--yes',
    ],
    env,
  )

interface Row {
  readonly authorityId: string
  readonly fingerprint: string
  readonly daysLeft: number
  readonly status: { state: string; source: string; reason: string | null } | null
}
const DAY_MS = 24 * 3600_000

test.each([
  ['has expired', { notAfter: new Date(Date.now() - DAY_MS) }, /expired/],
  ['ends soon', { notAfter: new Date(Date.now() + 5 * DAY_MS) }, /soon/],
  ['has a weak key', { keyType: 'rsa1024' as const }, /CERTIFICATE_WEAK/],
])('whoever registers a certificate that %s is told so', async (_what, options, told) => {
  const { certificatePem } = await makeIdentity({ commonName: 'varoitus', ...options })
  const added = await add('varoitus_ws', certificatePem)
  expect(added.code).toBe(0)
  expect(added.stderr).toMatch(told)
})

test('whoever registers a certificate that may not sign is told so', async () => {
  const { certificatePem } = await issue({ name: 'Salaus', usage: ['keyEncipherment'] })
  const added = await add('salaus_ws', certificatePem)
  expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('CERTIFICATE_USAGE') })
})

test('a certificate is retired by the beginning of its fingerprint, and the others stay', async () => {
  const [old, young] = await Promise.all(['vanha', 'uusi'].map((commonName) => makeIdentity({ commonName })))
  await add('vaihto_ws', old!.certificatePem)
  await add('vaihto_ws', young!.certificatePem)

  const removed = await remove('vaihto_ws', old!.fingerprintSha256.slice(0, 16))

  expect(removed).toMatchObject({ code: 0, stderr: '' })
  expect(removed.stdout).toContain(young!.fingerprintSha256.slice(0, 16))
  const { value } = await runJson<{ id: string; certificates: Row[] }[]>(['service', 'list'], env)
  expect(value.find(({ id }) => id === 'vaihto_ws_1')!.certificates).toMatchObject([
    { fingerprint: young!.fingerprintSha256, daysLeft: expect.any(Number), status: null },
  ])
  expect(await auditRows(env, 'service.certificate-removed')).toMatchObject([
    { subject: { authorityId: 'vaihto_ws', id: 'vaihto_ws_1', fingerprint: old!.fingerprintSha256 } },
  ])
  expect(await remove('vaihto_ws', old!.fingerprintSha256)).toMatchObject({ code: 1 })
  const last = await remove('vaihto_ws', young!.fingerprintSha256.toUpperCase())
  expect(last).toMatchObject({ code: 0, stderr: expect.stringContaining('No certificate remains') })
})

test('a fingerprint that is too short or none at all is called wrongly', async () => {
  expect(await remove('vaihto_ws', 'abc')).toMatchObject({ code: 2 })
  expect(await remove('vaihto_ws', 'xyzxyzxyz')).toMatchObject({ code: 2 })
})

test('a certificate of another service is not retired by mistake', async () => {
  const { certificatePem, fingerprintSha256 } = await makeIdentity({ commonName: 'oma' })
  await add('oma_ws', certificatePem)
  expect(await remove('toinen_ws', fingerprintSha256)).toMatchObject({ code: 1 })
})

test('without configured CAs there is nothing to check, and the command says so', async () => {
  expect(await runCli(['service', 'check-certificates'], env)).toMatchObject({ code: 1, stdout: '' })
})

test('a file of CAs without a root is refused before anything is registered', async () => {
  const { certificatePem } = await issue({ name: 'Kunta', issuer: root })
  const wrong = { ...checking, ASTI_CA_FILES: fileOf('lehti', certificatePem) }
  expect(await add('juureton_ws', certificatePem, wrong)).toMatchObject({ code: 1 })
  expect((await runCli(['service', 'list', '--json'], env)).stdout).not.toContain('juureton_ws')
})

test('revocation cannot be asked for without CAs', async () => {
  const wrong = { ...env, ASTI_REVOCATION: 'require' }
  expect(await runCli(['service', 'list'], wrong)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ASTI_CA_FILES'),
  })
})

test('registering looks at the certificate at once, and check-certificates looks at all again', async () => {
  const leaf = await issue({ name: 'Kunta', issuer: root, ocsp: server.url('/ocsp') })
  server.put('/ocsp', await makeOcspAnswer({ about: leaf, issuer: root }))
  const added = await add('tila_ws', leaf.certificatePem, checking)
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('good (ocsp)') })

  server.put('/ocsp', await makeOcspAnswer({ about: leaf, issuer: root, status: 'revoked', reason: 4 }))
  const { code, value } = await runJson<Row[]>(['service', 'check-certificates'], checking)

  expect(code).toBe(1)
  expect(value.find(({ authorityId }) => authorityId === 'tila_ws')).toMatchObject({
    fingerprint: leaf.fingerprintSha256,
    status: { state: 'revoked', source: 'ocsp', reason: 'superseded' },
  })
  const table = await runCli(['service', 'list'], checking)
  expect(table.stdout).toMatch(/tila_ws .* revoked/)
  expect((await add('tila_ws', leaf.certificatePem, checking)).stderr).toContain('superseded')
})
