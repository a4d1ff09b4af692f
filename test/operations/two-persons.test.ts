import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { operators } from '../../src/operations/index.js'
import { processParts, type ProcessPart, type Requirement } from '../../src/registration/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { daysFromNow, JoiningCase, newOperators } from './joining-case.js'

let gateway: TestGateway
/** Operators for all tests that remove none. */
let aino: string
let eino: string
let third: string
beforeAll(async () => {
  gateway = await startGateway()
  ;[aino, eino, third] = (await newOperators(gateway, 3)) as [string, string, string]
})
afterAll(() => gateway.close())

const BOTH: readonly Requirement[] = ['approval-first-missing', 'approval-second-missing']
const SECOND: readonly Requirement[] = ['approval-second-missing']

const complete = (): Promise<JoiningCase> => JoiningCase.complete(gateway)
async function approved(): Promise<JoiningCase> {
  const one = await complete()
  await one.approve(aino, eino)
  return one
}
const setEnvironment = (one: JoiningCase, environment: 'test' | 'production'): Promise<void> =>
  operators.changeEnvironment(one.context(), { service: one.key, actor: 'test', environment })

describe('a service that lacks nothing but approvals', () => {
  test('is not accepted without any', async () => {
    const one = await complete()
    expect(await one.move('accept')).toEqual(BOTH)
    expect(await one.standing()).toMatchObject({ state: 'test' })
    expect(await one.audited('service.moved')).toEqual([])
  })

  test('is not accepted with one', async () => {
    const one = await complete()
    await one.approve(aino)
    expect(await one.move('accept')).toEqual(SECOND)
  })

  test('is not accepted with two of the same operator, nor with twenty', async () => {
    const one = await complete()
    await one.approve(aino)
    const again = await Promise.all(Array.from({ length: 19 }, () => one.approve(aino)))
    expect(again).toEqual(Array.from({ length: 19 }, () => [[aino]]))
    expect(await one.move('accept')).toEqual(SECOND)
    expect(await one.audited('registration.approved')).toHaveLength(1)
  })

  test('is not accepted when one of two was removed; a third one will do instead', async () => {
    const [left, stays] = (await newOperators(gateway, 2)) as [string, string]
    const one = await complete()
    await one.approve(left, stays)
    await operators.removeOperator(gateway, { name: left, actor: 'root' })
    expect(await one.move('accept')).toEqual(SECOND)
    expect(await one.approve(third)).toEqual([[stays, third]])
    expect(await one.move('accept')).toEqual([])
  })

  test('is not accepted with names of nobody', async () => {
    const one = await complete()
    await one.approve(aino, 'nobody', 'root')
    expect(await one.move('accept')).toEqual(SECOND)
  })

  test('is not accepted with approvals of another service of the same authority', async () => {
    const other = await approved()
    const one = await JoiningCase.complete(gateway, other.key.authorityId)
    expect(await one.move('accept')).toEqual(BOTH)
    expect(await other.move('accept')).toEqual([])
  })

  test('is accepted with two, and opened with the same two', async () => {
    const one = await approved()
    expect(await one.move('accept')).toEqual([])
    expect(await one.standing()).toMatchObject({ state: 'accepted' })
    expect(await one.move('open')).toEqual([])
    expect(await one.standing()).toMatchObject({ state: 'production' })
    const { revision } = await one.registration()
    expect(await one.audited('registration.approved', 'service.moved')).toMatchObject([
      { actor: `cli:${aino}`, subject: { ...one.key, operator: aino, revision } },
      { actor: `cli:${eino}`, subject: { ...one.key, operator: eino, revision } },
      { actor: 'aino', subject: { move: 'accept', from: 'test', to: 'accepted' } },
      { actor: 'aino', subject: { move: 'open', from: 'accepted', to: 'production' } },
    ])
  })
})

describe('approvals are void after a change of', () => {
  test.each(processParts)('the part %s, also when the same is written again', async (part: ProcessPart) => {
    const one = await approved()
    await one.record(part)
    expect(await one.move('accept')).toEqual(BOTH)
    await one.approve(aino, eino)
    await one.record(part, null)
    expect(await one.move('accept')).toEqual(expect.arrayContaining([...BOTH]))
    await one.record(part)
    await one.approve(eino)
    expect(await one.move('accept')).toEqual(SECOND)
    await one.approve(aino)
    expect(await one.move('accept')).toEqual([])
  })

  test('the environment, even if it is changed back', async () => {
    const one = await approved()
    await setEnvironment(one, 'test')
    await setEnvironment(one, 'production')
    expect(await one.move('accept')).toEqual(BOTH)
  })

  test('the application of the authority', async () => {
    const one = await approved()
    await one.apply()
    expect(await one.move('accept')).toEqual(BOTH)
  })

  test('nothing, when the environment that it has is asked for again, or something else is refused', async () => {
    const one = await approved()
    await setEnvironment(one, 'production')
    await expect(one.record('agreement', { validTo: '1999-01-01' })).rejects.toMatchObject({ code: 'PROCESS_INVALID' })
    await one.addCertificate()
    expect(await one.move('accept')).toEqual([])
  })

  test('anything between acceptance and opening: it is opened only when two have approved again', async () => {
    const one = await approved()
    await one.move('accept')
    await one.record('productionDate', { announcedOn: '2026-11-22' })
    expect(await one.move('open')).toEqual(BOTH)
    await one.approve(third)
    expect(await one.move('open')).toEqual(SECOND)
    expect(await one.standing()).toMatchObject({ state: 'accepted' })
    await one.approve(eino)
    expect(await one.move('open')).toEqual([])
  })

  test('anything while others accept: it happens before, and voids them, or after the acceptance', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await approved()
      const before = (await one.audited('registration.recorded')).length
      const accepting = Array.from({ length: 4 }, () => one.move('accept').catch(() => null))
      await Promise.all([...accepting, one.record('conformance'), one.record('agreement')])
      const acts = (await one.audited('registration.recorded', 'service.moved')).slice(before).map(({ act }) => act)
      const isAccepted = (await one.standing()).state === 'accepted'
      const [moved, recorded] = ['service.moved', 'registration.recorded']
      expect(acts).toEqual(isAccepted ? [moved, recorded, recorded] : [recorded, recorded])
      expect((await one.registration()).approvals).toEqual([])
    }
  })
})

describe('approving', () => {
  test('is of what the operator has looked at: when that was changed meanwhile, nothing is approved', async () => {
    const one = await complete()
    const { revision } = await one.registration()
    await one.record('conformance')
    await expect(one.approveRevision(aino, revision)).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
    expect(await one.audited('registration.approved')).toEqual([])
    expect(await one.approveRevision(aino, revision + 1)).toEqual({ revision: revision + 1, approvals: [aino] })
  })

  test('while the registration is changed is of what was looked at, or of nothing', async () => {
    for (let round = 0; round < 10; round++) {
      const one = await complete()
      const { revision } = await one.registration()
      const [approval] = await Promise.all([
        one.approveRevision(aino, revision).catch(() => null),
        one.record('conformance'),
      ])
      expect(approval ?? { revision, approvals: [aino] }).toEqual({ revision, approvals: [aino] })
      expect((await one.registration()).approvals).toEqual([])
    }
  })

  test('is not for a service that is registered for test only', async () => {
    const one = new JoiningCase(gateway)
    await one.start('test')
    await expect(one.approve(aino)).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
    await expect(one.move('accept')).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
    expect(await one.audited('registration.approved', 'service.moved')).toEqual([])
  })

  test('is for a service that is in test, accepted or suspended', async () => {
    const one = await complete()
    const mayApprove = () =>
      one.approve(aino).then(
        () => true,
        () => false,
      )
    expect(await mayApprove()).toBe(true)
    await one.approve(eino)
    await one.move('accept')
    expect(await mayApprove()).toBe(true)
    await one.move('open')
    expect(await mayApprove()).toBe(false)
    await one.move('suspend', { reason: 'a leak' })
    expect(await mayApprove()).toBe(true)
    await one.move('withdraw')
    expect(await mayApprove()).toBe(false)
  })

  test('is for a service that is there', async () => {
    await expect(new JoiningCase(gateway).approveRevision(aino, 1)).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
  })
})

describe('a service that is opened', () => {
  test('stays open when a part of its joining process is written anew', async () => {
    const one = await approved()
    await one.move('accept')
    await one.move('open')
    await one.record('agreement', { validTo: '2030-12-31' })
    expect(await one.standing()).toMatchObject({ state: 'production' })
  })

  test('goes back to where it was after a suspension, and needs all of it anew after it went back to test', async () => {
    const one = await approved()
    await one.move('accept')
    await one.move('open')
    await one.move('suspend', { reason: 'a leak' })
    await one.move('resume', { reason: 'mended' })
    expect(await one.standing()).toMatchObject({ state: 'production' })
    await one.move('back-to-test', { reason: 'a new version' })
    await one.record('testReport', null)
    expect(await one.move('accept')).toEqual(['test-report-missing', ...BOTH])
    await expect(one.move('open')).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
  })

  test('does not come back from a suspension while anything is missing that opening needs', async () => {
    const one = await approved()
    await one.move('accept')
    await one.move('open')
    await one.move('suspend', { reason: 'a leak' })
    await one.record('testReport', { result: 'failed' })
    const resume = () => one.move('resume', { reason: 'mended' })
    expect(await resume()).toEqual(['test-report-failed', ...BOTH])
    await one.record('testReport')
    await one.approve(aino)
    expect(await resume()).toEqual(SECOND)
    expect(await one.standing()).toMatchObject({ state: 'suspended', suspendedFrom: 'production' })
    await one.approve(eino)
    expect(await resume()).toEqual([])
    expect(await one.standing()).toMatchObject({ state: 'production' })
  })

  test('comes back to tests with nothing but a reason', async () => {
    const one = new JoiningCase(gateway)
    await one.start()
    await one.move('suspend', { reason: 'a leak' })
    expect(await one.move('resume', { reason: 'mended' })).toEqual([])
    expect(await one.standing()).toMatchObject({ state: 'test' })
  })

  test('that goes back to test, from wherever, is accepted when two have approved it again', async () => {
    for (const moves of [['accept'], ['accept', 'open']] as const) {
      const one = await approved()
      for (const move of moves) await one.move(move)
      await one.move('back-to-test', { reason: 'a fault' })
      expect(await one.move('accept')).toEqual(BOTH)
      await one.approve(aino, eino)
      expect(await one.move('accept')).toEqual([])
    }
  })

  test('was complete on the day of its opening, whenever it was accepted', async () => {
    const one = await approved()
    await one.move('accept')
    expect(await one.move('open', { now: daysFromNow(60) })).toEqual([
      'agreement-expired',
      'deployment-tasks-open',
      'self-audit-expired',
    ])
    expect(await one.move('open', { now: daysFromNow(375) })).toContain('certificate-expires-soon')
    expect(await one.move('open')).toEqual([])
  })
})
