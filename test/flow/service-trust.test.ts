import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { evidence, submissions } from '../../src/store/index.js'
import { keepHouse } from '../../src/housekeeping.js'
import { verifySigned } from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { askSigned, getStatus, newSender, plainStyle, post, signed, SIGNED_PATH } from '../support/requests.js'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_REFUSED_EVIDENCE_MAX_BYTES: '64KiB' } })
})
afterAll(() => gateway.close())

const sha1 = { style: plainStyle({ hash: 'sha1' }) }

describe('SHA-1', () => {
  test('is accepted unless something says otherwise, counted, and warned about once a day for each service', async () => {
    const sender = await newSender(gateway)
    const counted = async (): Promise<number> =>
      Number(/asti_sha1_requests_total (\d+)/.exec(await (await fetch(`${gateway.origin}/metrics`)).text())![1])
    const before = await counted()
    for (let i = 0; i < 3; i++) expect((await askSigned(gateway, sender, getStatus(sender), sha1)).code).toBe(0)
    expect((await counted()) - before).toBe(3)
    const warnings = gateway
      .logged()
      .split('\n')
      .filter((line) => line.includes('signature.sha1') && line.includes(sender.serviceId))
    expect(warnings).toHaveLength(1)
  })

  test('is refused of a service that wants none, after everything else was found right', async () => {
    const sender = await newSender(gateway, { settings: { sha1: 'refused' } })
    const answer = await askSigned(gateway, sender, getStatus(sender), sha1)
    const logged = await gateway.submission(answer.traceId)
    expect([answer.code, logged?.code]).toEqual([406, 'ALGORITHM_REFUSED'])
    const { checks } = logged!.report as { checks: { check: string; passed: boolean }[] }
    expect(checks.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual(['service-algorithms'])
    expect((await askSigned(gateway, sender, getStatus(sender))).code).toBe(0)
  })

  test('is refused of everybody by one setting', async () => {
    const strict = await startGateway({ env: { ASTI_SHA1: 'refused' } })
    const sender = await newSender(strict, { settings: { sha1: 'allowed' } })
    expect((await askSigned(strict, sender, getStatus(sender), sha1)).code).toBe(406)
    expect((await askSigned(strict, sender, getStatus(sender))).code).toBe(0)
    await strict.close()
  })
})

describe('an answer', () => {
  test('has a signed Timestamp for a service that wants one', async () => {
    const sender = await newSender(gateway, { settings: { responseSecurity: 'signature+timestamp' } })
    const { body } = await askSigned(gateway, sender, getStatus(sender))
    expect(verifySigned(body).signedParts.sort()).toEqual(['Body', 'Timestamp'])
    expect(body.toString()).toMatch(/<\/wsse:BinarySecurityToken><wsu:Timestamp [^]*<\/wsu:Timestamp><ds:Signature /)
    expect(body.toString()).toMatch(/<wsu:Created>[\d-]+T[\d:]+\.\d{3}Z<\/wsu:Created>/)
  })

  test('has neither for a service that wants none', async () => {
    const sender = await newSender(gateway, { settings: { responseSecurity: 'none' } })
    expect((await askSigned(gateway, sender, getStatus(sender))).body.toString()).not.toContain('Security')
  })
})

describe('the bytes of a refused request', () => {
  const refused = async (content?: string) => {
    const sender = await newSender(gateway)
    const request = signed(content ?? getStatus(sender), sender.identity, { tamperBody: true })
    const wire = await post(gateway, request, { path: SIGNED_PATH })
    return { request, traceId: String(wire.headers['x-trace-id']) }
  }
  const kept = async (traceId: string) => evidence.readEvidence(gateway.db, gateway.runtime.sealer, traceId)

  test('are kept, sealed, byte for byte', async () => {
    const { request, traceId } = await refused()
    expect((await kept(traceId))?.toString()).toBe(request)
    const { rows } = await gateway.db.query<{ n: number }>(
      `select count(*)::int as n from submission_evidence where submission_id = $1 and position('Envelope'::bytea in sealed) > 0`,
      [traceId],
    )
    expect(rows[0]!.n).toBe(0)
  })

  test('are not kept of a request that is larger than what may be kept', async () => {
    const { traceId } = await refused(
      `<HaeTilaTieto xmlns="http://www.suomi.fi/asiointitili">${'x '.repeat(40_000)}</HaeTilaTieto>`,
    )
    expect(await gateway.submission(traceId)).not.toBeNull()
    expect(await kept(traceId)).toBeNull()
  })

  test('go before the row does, and the row when its time has come', async () => {
    const { traceId } = await refused()
    const { db, log } = { db: gateway.db, log: silent }
    const days = (n: number) => ({ now: () => new Date(Date.now() + n * 24 * 3600_000) })
    const config = { refusedEvidenceDays: 14, refusedRetentionDays: 90 } as Parameters<typeof keepHouse>[0]
    const keep = (at: number): void => keepHouse(config, { db, log, clock: days(at) })()
    keep(13)
    expect(await kept(traceId)).not.toBeNull()
    keep(15)
    await until(async () => (await kept(traceId)) === null)
    expect(await submissions.findSubmission(db, traceId)).not.toBeNull()
    keep(91)
    await until(async () => (await submissions.findSubmission(db, traceId)) === null)
  })
})

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined } as never

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not come to pass within five seconds')
}
