import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { startCaServer, type CaServer } from '../support/ca-server.js'
import { cloneDatabase, startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import { issue, makeCrl, makeOcspAnswer, type Issued, type IssueOptions } from '../support/pki.js'
import { askSigned, getStatus, type Sender } from '../support/requests.js'

const HOUR_MS = 3600_000

let server: CaServer
let dir: string
let root: Issued
let database: { url: string; drop: () => Promise<void> }
/** Two processes on one database: what one finds the other knows. */
let prefer: TestGateway
let require: TestGateway
let off: TestGateway
let plain: TestGateway

beforeAll(async () => {
  server = await startCaServer()
  dir = mkdtempSync(join(tmpdir(), 'asti-revocation-'))
  root = await issue({ name: 'Juuri', ca: true })
  const caFile = join(dir, 'root.pem')
  writeFileSync(caFile, root.certificatePem)
  database = await cloneDatabase()
  const start = (env: Record<string, string>) => startGateway({ env, databaseUrl: database.url })
  prefer = await start({ ASTI_CA_FILES: caFile, ASTI_REVOCATION: 'prefer' })
  require = await start({ ASTI_CA_FILES: caFile, ASTI_REVOCATION: 'require' })
  off = await start({ ASTI_CA_FILES: caFile })
  plain = await start({})
})
afterAll(async () => {
  for (const gateway of [prefer, require, off, plain]) await gateway.close()
  await database.drop()
  await server.close()
  rmSync(dir, { recursive: true })
})

interface Registered extends Sender {
  readonly issued: Issued
  readonly path: string
}

async function register(options: Partial<IssueOptions> = {}): Promise<Registered> {
  const path = `/${randomUUID()}`
  const issued = await issue({ name: 'Kunta', issuer: root, ocsp: server.url(path), ...options })
  const authorityId = `kunta_${randomUUID().slice(0, 8)}_ws`
  const serviceId = `${authorityId}_1`
  await prefer.register({ authorityId, serviceId, certificatePem: issued.certificatePem })
  return { authorityId, serviceId, identity: issued, issued, path }
}

const answer = async ({ path, issued }: Registered, more: Partial<Parameters<typeof makeOcspAnswer>[0]> = {}) =>
  server.put(path, await makeOcspAnswer({ about: issued, issuer: root, ...more }))

const check = (gateway: TestGateway, { issued }: Registered) =>
  gateway.app.certificates.checks.run([issued.fingerprintSha256])

/** 0, or the code of the refusal as the message log has it. */
async function ask(gateway: TestGateway, sender: Sender): Promise<string | 0 | null> {
  const { code, traceId } = await askSigned(gateway, sender, getStatus(sender))
  if (code === 0) return 0
  expect(code).toBe(406)
  return (await gateway.submission(traceId))?.code ?? null
}

test('a certificate that its CA calls good may sign, and the report tells who said so', async () => {
  const sender = await register()
  await answer(sender)
  await check(prefer, sender)
  const reply = await askSigned(require, sender, getStatus(sender))
  expect(reply.code).toBe(0)
  const { checks } = (await require.submission(reply.traceId))!.report as { checks: { facts: object }[] }
  expect(checks.map(({ facts }) => facts)).toContainEqual(
    expect.objectContaining({ status: 'good', statusSource: 'ocsp', checkedAt: expect.any(String) }),
  )
})

test('a revoked certificate is refused and recorded by every process, also by one that has not asked itself', async () => {
  const sender = await register()
  await answer(sender)
  await check(prefer, sender)
  expect(await ask(prefer, sender)).toBe(0)
  await answer(sender, { status: 'revoked', reason: 1 })
  await check(prefer, sender)
  expect(await ask(prefer, sender)).toBe('CERTIFICATE_REVOKED')
  expect(await ask(require, sender)).toBe('CERTIFICATE_REVOKED')
  expect(prefer.logged()).toContain('certificate.status-changed')
})

test('a certificate that was revoked in a list is refused', async () => {
  const crl = server.url('/root.crl')
  const sender = await register({ crl })
  server.put(sender.path, (response) => void response.writeHead(503).end())
  server.put('/root.crl', await makeCrl(root, { revoked: [{ of: sender.issued }] }))
  await check(require, sender)
  expect(await ask(prefer, sender)).toBe('CERTIFICATE_REVOKED')
})

test('when nothing can be found out, prefer lets it pass and require does not', async () => {
  const sender = await register()
  expect(await ask(prefer, sender)).toBe(0)
  expect(await ask(require, sender)).toBe('CERTIFICATE_STATUS_UNKNOWN')
  await check(prefer, sender)
  expect(await ask(prefer, sender)).toBe(0)
  expect(await ask(require, sender)).toBe('CERTIFICATE_STATUS_UNKNOWN')
})

test('a good answer holds until its end although the responder is gone, and no longer', async () => {
  const sender = await register()
  await answer(sender, { nextUpdate: new Date(Date.now() + HOUR_MS) })
  await check(require, sender)
  server.put(sender.path, (response) => void response.destroy())
  await check(require, sender)
  expect(await ask(require, sender)).toBe(0)
  await prefer.db.query(`update certificate_status set valid_until = now() - interval '1 s' where fingerprint = $1`, [
    Buffer.from(sender.issued.fingerprintSha256, 'hex'),
  ])
  expect(await ask(require, sender)).toBe('CERTIFICATE_STATUS_UNKNOWN')
  expect(await ask(prefer, sender)).toBe(0)
})

test('whoever cuts the way to the responder does not make a revoked certificate usable', async () => {
  const sender = await register()
  await answer(sender, { status: 'revoked', nextUpdate: new Date(Date.now() + 2_000) })
  await check(prefer, sender)
  server.put(sender.path, (response) => void response.destroy())
  await check(prefer, sender)
  expect(await ask(prefer, sender)).toBe('CERTIFICATE_REVOKED')
})

test('a certificate that leads to no configured CA is refused, whatever is asked about revocation', async () => {
  const stranger = await issue({ name: 'Vieras', ca: true })
  const sender = await register({ issuer: stranger })
  await check(off, sender)
  for (const gateway of [off, prefer, require]) expect(await ask(gateway, sender)).toBe('CERTIFICATE_CHAIN')
})

test('without configured CAs registration alone decides', async () => {
  const sender = await register({ issuer: await issue({ name: 'Vieras', ca: true }) })
  await check(prefer, sender)
  expect(await ask(plain, sender)).toBe(0)
  expect(await check(plain, sender)).toBe(0)
})

test('with revocation off nobody is asked, and an earlier answer is not looked at', async () => {
  const sender = await register()
  await answer(sender, { status: 'revoked' })
  await check(prefer, sender)
  const seen = server.seen.length
  expect(await ask(off, sender)).toBe(0)
  await check(off, sender)
  expect(server.seen).toHaveLength(seen)
  expect(await ask(off, sender)).toBe(0)
})

test('a chain alone is not enough where an answer about revocation is required', async () => {
  const sender = await register()
  await check(off, sender)
  expect(await ask(require, sender)).toBe('CERTIFICATE_STATUS_UNKNOWN')
})

test('nothing is fetched because of a request', async () => {
  const sender = await register()
  const seen = server.seen.length
  await ask(prefer, sender)
  await ask(require, sender)
  expect(server.seen).toHaveLength(seen)
})

test('processes that look at the same time share the work', async () => {
  const senders = await Promise.all(Array.from({ length: 6 }, () => register()))
  for (const sender of senders) await answer(sender)
  await Promise.all([prefer, require, prefer, require].map((gateway) => gateway.app.certificates.checks.run()))
  for (const { path } of senders) expect(server.seen.filter((line) => line === `POST ${path}`)).toHaveLength(1)
  for (const sender of senders) expect(await ask(require, sender)).toBe(0)
})

describe('key usage', () => {
  test.each([
    ['keyEncipherment only', ['keyEncipherment', 'dataEncipherment'] as const, 'CERTIFICATE_USAGE'],
    ['a CA', ['keyCertSign', 'cRLSign'] as const, 'CERTIFICATE_USAGE'],
    ['digitalSignature', ['digitalSignature', 'keyEncipherment'] as const, 0],
    ['contentCommitment', ['nonRepudiation'] as const, 0],
    ['no limits', null, 0],
  ])('a certificate for %s signs accordingly', async (_what, usage, outcome) => {
    const sender = await register({ usage })
    expect(await ask(plain, sender)).toBe(outcome)
  })
})

test('certificates that end soon or have ended are told of at start, our own too', async () => {
  const soon = await makeIdentity({ commonName: 'pian', notAfter: new Date(Date.now() + 3 * 24 * HOUR_MS) })
  const over = await makeIdentity({ commonName: 'ohi', notAfter: new Date(Date.now() - HOUR_MS) })
  const own = await startGateway({ env: { ASTI_CERTIFICATE_WARNING_DAYS: '300' } })
  try {
    for (const [id, { certificatePem }] of [['soon_ws', soon] as const, ['over_ws', over] as const])
      await own.register({ authorityId: id, serviceId: `${id}_1`, certificatePem })
    own.app.certificates.start()
    await own.app.certificates.stop()
    const lines = own
      .logged()
      .split('\n')
      .filter((line) => line.includes('certificate.exp'))
      .map((line) => JSON.parse(line) as object)
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'certificate.expiring',
        purpose: 'registered',
        authorityId: 'soon_ws',
        serviceId: 'soon_ws_1',
      }),
    )
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'certificate.expired',
        authorityId: 'over_ws',
        fingerprint: over.fingerprintSha256,
      }),
    )
  } finally {
    await own.close()
  }
})

test('metrics tell when certificates end and what is known of them', async () => {
  const sender = await register()
  await answer(sender, { status: 'revoked' })
  await check(prefer, sender)
  const text = await (await fetch(`${prefer.origin}/metrics`)).text()
  const short = sender.issued.fingerprintSha256.slice(0, 16)
  const labels = `authority="${sender.authorityId}",service="${sender.serviceId}",fingerprint="${short}"`
  expect(text).toContain(`asti_certificate_status{${labels},state="revoked",source="ocsp"} 1`)
  expect(text).toMatch(new RegExp(`asti_certificate_expires_timestamp_seconds\\{kind="registered",${labels}\\} \\d+`))
  expect(text).toMatch(/asti_certificate_expires_timestamp_seconds\{kind="signing",.*\} \d+/)
  expect(text).toMatch(/asti_certificate_expires_timestamp_seconds\{kind="ca",.*\} \d+/)
  expect(text).toMatch(/asti_certificate_checks_total\{result="revoked"\} \d+/)
})
