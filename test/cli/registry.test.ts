import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { artificialBusinessId, artificialIdentityCode } from '../support/clients/index.js'
import { makeIdentity } from '../support/keys.js'
import { auditRows, runCli, runJson, startGatewayProcess, type GatewayProcess, type Sent } from './support.js'

let gateway: GatewayProcess
beforeAll(async () => (gateway = await startGatewayProcess()))
afterAll(() => gateway.stop())

interface LoggedRequest {
  readonly outcome: string
  readonly code: string | null
  readonly statusCode: number | null
  readonly failedCheck: string | null
}

/** A key and certificate that nobody has registered, as files. */
async function newIdentity(name: string): Promise<{ key: string; certificate: string; fingerprint: string }> {
  const { privateKeyPem, certificatePem, fingerprintSha256 } = await makeIdentity({ commonName: name })
  const [key, certificate] = ['key', 'crt'].map((kind) => join(gateway.env['ASTI_DATA_DIR']!, `${name}.${kind}.pem`))
  writeFileSync(key!, privateKeyPem)
  writeFileSync(certificate!, certificatePem)
  return { key: key!, certificate: certificate!, fingerprint: fingerprintSha256 }
}

const show = (traceId: string) => runJson<LoggedRequest>(['log', 'show', traceId], gateway.env)

test('a service may send as soon as it is added, and not before', async () => {
  const { key, certificate, fingerprint } = await newIdentity('uusi')
  const ids = ['--authority', 'uusi_ws', '--service', 'uusi_ws_1']
  const send = () => runJson<Sent>(['send', '--key', key, '--certificate', certificate, ...ids], gateway.env)
  const before = await send()

  const added = await runCli(
    [
      'service',
      'add',
      ...ids,
      '--name',
      'Uusi palvelu',
      '--certificate',
      certificate,
      '--authority-name',
      'Uusi kunta',
      '--yes',
    ],
    gateway.env,
  )
  const after = await send()

  expect(added).toMatchObject({ code: 0, stderr: '' })
  expect(before).toMatchObject({ code: 1, value: { code: 406 } })
  expect(after).toMatchObject({ code: 0, value: { code: 202 } })
  const { value: services } = await runJson<object[]>(['service', 'list'], gateway.env)
  expect(services).toContainEqual(
    expect.objectContaining({
      authorityId: 'uusi_ws',
      id: 'uusi_ws_1',
      authorityName: 'Uusi kunta',
      environment: 'test',
      certificates: [expect.objectContaining({ fingerprint })],
    }),
  )
  expect(await auditRows(gateway.env, 'service.added')).toMatchObject([
    { subject: { authorityId: 'uusi_ws', fingerprint } },
  ])
})

test('a permission is given to a service that exists already, and its certificates stay', async () => {
  const { certificate } = await newIdentity('lupa')
  const add = [
    'service',
    'add',
    '--authority',
    'lupa_ws',
    '--service',
    'lupa_ws_1',
    '--name',
    'Lupa',
    '--certificate',
    certificate,
    '--yes',
  ]
  await runCli(add, gateway.env)

  await runCli([...add, '--may-list-accounts'], gateway.env)

  const { value } = await runJson<{ id: string; settings: object; certificates: object[] }[]>(
    ['service', 'list'],
    gateway.env,
  )
  expect(value.find(({ id }) => id === 'lupa_ws_1')).toMatchObject({
    settings: { mayListAccounts: true },
    certificates: [{}],
  })
})

test('a file that holds no certificate is refused and registers nothing', async () => {
  const { key } = await newIdentity('avain')
  const args = [
    'service',
    'add',
    '--authority',
    'avain_ws',
    '--service',
    'avain_ws_1',
    '--name',
    'Avain',
    '--certificate',
    key,
    '--yes',
  ]

  expect(await runCli(args, gateway.env)).toMatchObject({ code: 1, stdout: '' })
  expect((await runCli(['service', 'list', '--json'], gateway.env)).stdout).not.toContain('avain_ws')
})

test('an opened mailbox takes messages, a passive one does not', async () => {
  const id = artificialIdentityCode()
  const send = () => runJson<Sent>(['send', '--operation', 'LisaaKohteita', '--recipient', id], gateway.env)
  const put = (...args: string[]) =>
    runJson<{ did: string; state: string }>(['account', 'add', '--id', id, ...args], gateway.env)

  const steps = [await put(), await send(), await put('--passive'), await send(), await put('--passive')]

  expect(steps).toMatchObject([
    { code: 0, value: { did: 'opened', state: 'active' } },
    { code: 0, value: { items: [{ code: 200 }] } },
    { code: 0, value: { did: 'changed', state: 'passive' } },
    { code: 1, value: { items: [{ code: 524 }] } },
    { code: 0, value: { did: 'unchanged', state: 'passive' } },
  ])
  for (const { stdout, stderr } of steps) expect(stdout + stderr).not.toContain(id)
})

test('an id is taken from standard input, with a line break and in small letters', async () => {
  const id = artificialIdentityCode()

  const { code } = await runCli(['account', 'add', '--id', '-'], gateway.env, `${id.toLowerCase()}\n`)

  const { value } = await runJson<{ id: string }[]>(['account', 'list', '--reveal'], gateway.env)
  expect(code).toBe(0)
  expect(value.map((account) => account.id)).toContain(id)
})

test('ids are revealed only after the audit log knows who asked', async () => {
  const company = artificialBusinessId()
  await runCli(['account', 'add', '--id', company], gateway.env)

  const { value } = await runJson<{ id: string; idType: string }[]>(['account', 'list', '--reveal'], gateway.env)

  expect(value).toContainEqual(expect.objectContaining({ id: company, idType: 'CRN' }))
  const audit = await auditRows(gateway.env, 'account.revealed')
  expect(audit.at(-1)!.subject['ownerHashes']).toHaveLength(value.length)
  expect(JSON.stringify(audit)).not.toContain(company)
})

test("the sandbox takes nobody's real identity code", async () => {
  // Valid in form, and nobody's: who was born in 1850 did not live to see identity codes.
  const id = `010150+250${'0123456789ABCDEFHJKLMNPRSTUVWXY'[10_150_250 % 31]!}`

  expect(await runCli(['account', 'add', '--id', id], gateway.env)).toMatchObject({ code: 1, stdout: '' })
  expect(await runCli(['send', '--recipient', id], gateway.env)).toMatchObject({ code: 1, stdout: '' })
})

test('a refused signature is found by the trace id in the answer, with the check that failed', async () => {
  const { key, certificate } = await newIdentity('vieras')
  const { value: sent } = await runJson<Sent>(['send', '--key', key, '--certificate', certificate], gateway.env)

  const { code, value } = await show(sent.traceId!)

  expect(code).toBe(0)
  expect(value).toMatchObject({
    outcome: 'refused',
    statusCode: 406,
    code: 'CERTIFICATE_UNTRUSTED',
    failedCheck: 'certificate',
  })
  const { stdout } = await runCli(['log', 'show', sent.traceId!], gateway.env)
  expect(stdout).toContain('CERTIFICATE_UNTRUSTED')
})

test('a request that is no XML is found by its trace id too, and the newest stands first in the list', async () => {
  const response = await fetch(`${gateway.origin}/Asiointitili/ViranomaispalvelutWSInterface`, {
    method: 'POST',
    body: '<x',
  })
  const [, traceId] = /Trace ID: ([\da-f-]{36})/.exec(await response.text())!

  const { value } = await show(`Trace ID: ${traceId!}`)
  const { value: list } = await runJson<{ id: string }[]>(['log', 'list', '--limit', '1'], gateway.env)

  expect(value).toMatchObject({ outcome: 'refused', statusCode: null, code: 'XML_MALFORMED' })
  expect(list.map(({ id }) => id)).toEqual([traceId])
})

test('a trace id that no request has ends with exit code 1', async () => {
  const unknown = ['log', 'show', '0199c0de-0000-7000-8000-000000000000']

  expect(await runCli(unknown, gateway.env)).toMatchObject({ code: 1, stdout: '' })
})
