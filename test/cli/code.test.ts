import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { startGateway, testDataDir, type TestGateway } from '../support/gateway.js'
import { askJoining, contacts, newApplicant, registerService, stateIn } from '../support/joining.js'
import type { Sender } from '../support/requests.js'
import { Desk } from './at.js'
import { auditRows } from './support.js'

/** A gateway where registering needs a code, and the desk of its operators. */
let gateway: TestGateway
let desk: Desk
beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_JOINING: 'code', ASTI_ENVIRONMENTS: 'both' } })
  desk = new Desk({ ASTI_DATA_DIR: testDataDir, DATABASE_URL: gateway.databaseUrl })
})
afterAll(() => gateway.close())

interface Issued {
  readonly code: string
  readonly name: string
  readonly purpose: string
  readonly authorityId: string
  readonly serviceId: string | null
  readonly environment: string | null
  readonly expiresAt: string
}
interface Listed {
  readonly name: string
  readonly state: string
  readonly usedBy: string | null
}

const DAY_MS = 24 * 3600_000
const issue = (...args: string[]) => desk.json<Issued>('code', 'issue', ...args, '--yes')
const listed = async (name: string) => (await desk.json<Listed[]>('code', 'list')).find((one) => one.name === name)
const namesOf = ({ authorityId, serviceId }: Sender): string[] => ['--authority', authorityId, '--service', serviceId]

describe('a code', () => {
  test('is shown once, with what it allows and until when', async () => {
    const { code, stdout, stderr } = await desk.act('code', 'issue', '--authority', 'näkyvä ws', '--days', '1')
    expect(code).toBe(0)
    const [, secret] = /code +((?:[\dA-Z]{5}-){4}[\dA-Z]{5})\n/.exec(stdout)!
    expect(stdout).toContain('näkyvä ws / any service')
    expect(stderr).toContain('not shown again')
    for (const args of [
      ['code', 'list'],
      ['code', 'list', '--json'],
    ])
      expect((await desk.run(...args)).stdout).not.toContain(secret!)
    expect(JSON.stringify(await auditRows(desk.env, 'code.issued'))).not.toContain(secret!)
  })

  test('lasts 14 days when nothing else is said, and as many as are', async () => {
    const days = async (...args: string[]): Promise<number> =>
      Math.round((Date.parse((await issue('--authority', 'kesto_ws', ...args)).expiresAt) - Date.now()) / DAY_MS)
    expect([await days(), await days('--days', '1'), await days('--days', '90')]).toEqual([14, 1, 90])
  })

  test('says for what it is', async () => {
    const args = ['--authority', 'tarkka_ws', '--service', 'tarkka_ws_1']
    expect(await issue(...args, '--environment', 'production')).toMatchObject({
      purpose: 'registration',
      authorityId: 'tarkka_ws',
      serviceId: 'tarkka_ws_1',
      environment: 'production',
    })
    expect(await issue(...args, '--for', 'certificate')).toMatchObject({ purpose: 'certificate', environment: null })
  })

  test('that is revoked is open no more, and is revoked once', async () => {
    const { name } = await issue('--authority', 'peruttu_ws')
    expect(await listed(name)).toMatchObject({ state: 'open' })
    expect(await desk.json('code', 'revoke', name.toUpperCase(), '--yes')).toEqual({ name, revoked: true })
    expect(await listed(name)).toMatchObject({ state: 'revoked' })
    expect(await desk.run('code', 'revoke', name, '--yes')).toMatchObject({ code: 1, stdout: '' })
    expect(await desk.run('code', 'revoke', 'abcdef012345', '--yes')).toMatchObject({ code: 1, stdout: '' })
    expect(await auditRows(desk.env, 'code.revoked')).toMatchObject([{ subject: { code: name } }])
  })
})

test('an authority registers with a code that was issued, and the operator sees what it has applied for', async () => {
  const applicant = await newApplicant()
  const name = `Yhteinen ${randomUUID()}`
  const fields = { Ymparisto: 'TUOTANTO', Yhteyshenkilot: contacts(`Nimi="${name}" Matkapuhelin="+358 40 1"`) }
  const ask = (Liittymiskoodi?: string) =>
    askJoining(gateway, applicant, registerService(applicant, { ...fields, Liittymiskoodi }))
  expect(await ask()).toMatchObject({ code: 403 })
  const issued = await issue(...namesOf(applicant), '--environment', 'production')
  const answer = await ask(issued.code)
  expect([answer.code, stateIn(answer)]).toEqual([0, 'LAHETETTY'])
  expect(await listed(issued.name)).toMatchObject({ state: 'used', usedBy: answer.traceId })
  expect((await desk.run('code', 'list')).stdout).toMatch(new RegExp(`${issued.name} +used`))

  const all = await desk.json<{ id: string }[]>('registration', 'list', '--state', 'submitted')
  expect(all.map(({ id }) => id)).toEqual([applicant.serviceId])
  expect((await desk.run('registration', 'list', '--state', 'submitted')).stdout).not.toContain(name)
  const show = ['registration', 'show', ...namesOf(applicant)]
  for (const shown of [await desk.run(...show), await desk.run(...show, '--json')]) {
    expect(shown.code).toBe(0)
    expect(shown.stdout).toContain(applicant.identity.fingerprintSha256.slice(0, 16))
    expect(shown.stdout).not.toContain(name)
    expect(shown.stdout).toContain('[hidden]')
  }
  expect(await auditRows(desk.env, 'registration.revealed')).toEqual([])

  expect((await desk.run(...show, '--reveal')).stdout).toContain(name)
  const revealed = await desk.json<{ contacts: object[] }>(...show, '--reveal')
  expect(revealed.contacts).toEqual([{ name, email: null, phone: '+358 40 1', role: 'technical' }])
  const audited = await auditRows(desk.env, 'registration.revealed')
  expect(audited).toMatchObject([{ subject: { id: applicant.serviceId } }, { subject: { id: applicant.serviceId } }])
  expect(JSON.stringify(audited)).not.toContain(name)

  await desk.act('registration', 'move', 'return', ...namesOf(applicant), '--reason', 'nimi puuttuu')
  expect(await ask()).toMatchObject({ code: 0 })
  expect(await desk.json('registration', 'show', ...namesOf(applicant))).toMatchObject({ state: 'submitted' })
})
