import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { requirements, type Requirement } from '../../src/registration/index.js'
import { certificates, services } from '../../src/store/index.js'
import { createCertificateJudge, readCertificate } from '../../src/trust/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import { DAY_MS, JoiningCase, newOperators, NOW } from './joining-case.js'

let gateway: TestGateway
let people: string[]
beforeAll(async () => {
  gateway = await startGateway()
  people = await newOperators(gateway, 2)
})
afterAll(() => gateway.close())

const update = (one: JoiningCase, sql: string, ...values: unknown[]) =>
  gateway.db.query(`${sql} where authority_id = $1`, [one.key.authorityId, ...values])

/** A certificate alone, valid from and to so many days from now. */
async function onlyCertificate(one: JoiningCase, from: number, to: number): Promise<string> {
  await gateway.db.query('delete from service_certificate where authority_id = $1', [one.key.authorityId])
  return one.addCertificate({ from, to })
}

/** Writes what the last look at a certificate found. */
async function found(fingerprint: string, state: 'good' | 'revoked' | 'untrusted' | 'unknown'): Promise<void> {
  await certificates.claimDue(gateway.db, { leaseMs: 60_000, limit: 1, fingerprints: [fingerprint] })
  const nothing = { reason: null, revokedAt: null, validUntil: null, facts: {}, nextCheckMs: 60_000 }
  await certificates.putStatus(gateway.db, { fingerprint, state, source: 'ocsp', ...nothing })
}

type Break = (one: JoiningCase) => Promise<unknown>

/** How each requirement alone comes to be missing. */
const breaks: Readonly<Record<Exclude<Requirement, `approval-${string}`>, Break>> = {
  'business-id-missing': (one) => update(one, 'update registration set business_id = null'),
  'contacts-missing': (one) => update(one, 'update registration set sealed_contacts = null'),
  'certificate-missing': (one) => onlyCertificate(one, -400, -1),
  'agreement-missing': (one) => one.record('agreement', null),
  'agreement-not-begun': (one) => one.record('agreement', { validFrom: '2026-11-24' }),
  'agreement-expired': (one) => one.record('agreement', { validTo: '2026-11-22' }),
  'deployment-plan-missing': (one) => one.record('deploymentPlan', null),
  'deployment-tasks-open': (one) =>
    one.record('deploymentPlan', { tasks: [{ id: 'a', title: 'a', responsible: 'a', dueOn: '2026-11-22' }] }),
  'self-audit-missing': (one) => one.record('selfAudit', null),
  'self-audit-dated-ahead': (one) => one.record('selfAudit', { answeredOn: '2026-11-24' }),
  'self-audit-incomplete': (one) => one.record('selfAudit', { answers: [] }),
  'self-audit-expired': (one) => one.record('selfAudit', { expiresOn: '2026-11-22' }),
  'security-missing': (one) => one.record('security', null),
  'security-dated-ahead': (one) => one.record('security', { answeredOn: '2026-11-24' }),
  'security-incomplete': (one) => one.record('security', { answers: [] }),
  'test-agreement-missing': (one) => one.record('testAgreement', null),
  'test-report-missing': (one) => one.record('testReport', null),
  'test-report-dated-ahead': (one) => one.record('testReport', { on: '2026-11-24' }),
  'test-report-failed': (one) => one.record('testReport', { result: 'failed' }),
  'conformance-missing': (one) => one.record('conformance', null),
  'conformance-dated-ahead': (one) => one.record('conformance', { on: '2026-11-24' }),
  'conformance-failed': (one) => one.record('conformance', { passed: false }),
  'certificate-expires-soon': (one) => onlyCertificate(one, -10, 29),
  'production-date-missing': (one) => one.record('productionDate', null),
  'production-date-ahead': (one) => one.record('productionDate', { announcedOn: '2026-11-24' }),
}

test('every requirement but approvals is broken here once', () => {
  expect([...Object.keys(breaks), 'approval-first-missing', 'approval-second-missing']).toEqual([...requirements])
})

test.each(Object.entries(breaks))(
  '%s alone keeps a service from being accepted, and from being opened (a day to come from being opened only)',
  async (name, apply) => {
    const one = await JoiningCase.complete(gateway)
    await apply(one)
    await one.approve(...people)
    const isAccepted = name === 'production-date-ahead'
    expect(await one.move('accept')).toEqual(isAccepted ? [] : [name])
    expect(await one.standing()).toMatchObject({ state: isAccepted ? 'accepted' : 'test' })
    await gateway.db.query(`update service set state = 'accepted' where authority_id = $1`, [one.key.authorityId])
    expect(await one.move('open')).toEqual([name])
    expect(await one.standing()).toMatchObject({ state: 'accepted' })
  },
)

test('what is missing is told all at once, for test just what tests need', async () => {
  const one = new JoiningCase(gateway)
  await one.start()
  await update(one, 'update registration set business_id = null, sealed_contacts = null')
  await gateway.db.query('delete from service_certificate where authority_id = $1', [one.key.authorityId])
  const missing = await one.move('accept')
  expect(missing).toEqual(requirements.filter((name) => /-missing$/.test(name)))
  await gateway.db.query(`update service set state = 'submitted' where authority_id = $1`, [one.key.authorityId])
  expect(await one.move('open-test')).toEqual(['business-id-missing', 'contacts-missing', 'certificate-missing'])
  expect(await one.standing()).toMatchObject({ state: 'submitted' })
})

describe('a certificate', () => {
  let one: JoiningCase
  beforeAll(async () => {
    one = await JoiningCase.complete(gateway)
  })
  /** What is missing because of certificates, as far as production is concerned. */
  const missing = async (now = NOW): Promise<readonly string[]> =>
    (await one.move('accept', { now })).filter((name) => name.startsWith('certificate'))

  test('has to hold for 30 more days: to the second, and no longer', async () => {
    await onlyCertificate(one, -1, 30)
    expect(await missing()).toEqual([])
    expect(await missing(new Date(NOW.getTime() + 1000))).toEqual(['certificate-expires-soon'])
    expect(await missing(new Date(NOW.getTime() + 30 * DAY_MS))).toEqual(['certificate-expires-soon'])
    expect(await missing(new Date(NOW.getTime() + 30 * DAY_MS + 1000))).toEqual(['certificate-missing'])
  })

  test('that is not valid yet is none', async () => {
    await onlyCertificate(one, 1, 400)
    expect(await missing()).toEqual(['certificate-missing'])
    expect(await missing(new Date(NOW.getTime() + DAY_MS))).toEqual([])
  })

  afterEach(() => {
    one.judge = null
  })
  const NONE = ['certificate-missing']
  const withCas = (revocation: 'off' | 'prefer' | 'require') => createCertificateJudge({ usesStatus: true, revocation })

  test.each([
    ['good', [], [], []],
    ['unknown', [], [], NONE],
    ['revoked', [], NONE, NONE],
    ['untrusted', NONE, NONE, NONE],
  ] as const)(
    'that was found %s lacks as much as its signatures would: %j, preferring an answer %j, requiring one %j',
    async (state, off, prefer, require) => {
      await found(await onlyCertificate(one, -1, 400), state)
      for (const [revocation, expected] of Object.entries({ off, prefer, require })) {
        one.judge = withCas(revocation as 'off')
        expect([revocation, await missing()]).toEqual([revocation, expected])
      }
      one.judge = null
      expect(await missing()).toEqual([])
    },
  )

  test('that nobody has looked at yet is none where a good status is required', async () => {
    await onlyCertificate(one, -1, 400)
    one.judge = withCas('require')
    expect(await missing()).toEqual(NONE)
    one.judge = withCas('prefer')
    expect(await missing()).toEqual([])
  })

  test('whose key may not sign, or is too small, is none', async () => {
    await gateway.db.query('delete from service_certificate where authority_id = $1', [one.key.authorityId])
    await one.addCertificate({ usage: ['keyEncipherment'] })
    const { certificatePem } = await makeIdentity({ commonName: 'pieni', keyType: 'rsa1024' })
    await services.addCertificate(gateway.db, one.key, readCertificate(certificatePem))
    expect(await missing()).toEqual(NONE)
    await one.addCertificate({ usage: ['nonRepudiation'] })
    expect(await missing()).toEqual([])
  })

  test('may end soon, be over or be revoked when there is another one', async () => {
    one.judge = withCas('prefer')
    await found(await onlyCertificate(one, -1, 400), 'revoked')
    await one.addCertificate({ from: -400, to: -1 })
    expect(await missing()).toEqual(['certificate-missing'])
    await one.addCertificate({ from: -1, to: 20 })
    expect(await missing()).toEqual(['certificate-expires-soon'])
    await one.addCertificate({ from: -1, to: 31 })
    expect(await missing()).toEqual([])
  })
})

test('what holds through a day holds to its end in Finland', async () => {
  const one = await JoiningCase.complete(gateway)
  await one.record('agreement', { validTo: '2026-11-23' })
  await one.record('selfAudit', { expiresOn: '2026-11-23' })
  await one.approve(...people)
  const expired = ['agreement-expired', 'self-audit-expired']
  expect(await one.move('accept', { now: new Date('2026-11-23T22:00:00Z') })).toEqual(expired)
  expect(await one.move('accept', { now: new Date('2026-11-23T21:59:59Z') })).toEqual([])
})
