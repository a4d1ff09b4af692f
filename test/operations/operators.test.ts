import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { operators } from '../../src/operations/index.js'
import { operators as store, registrations } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { JoiningCase } from './joining-case.js'

let gateway: TestGateway
beforeAll(async () => (gateway = await startGateway()))
afterAll(() => gateway.close())

const newName = (): string => `op-${randomUUID().slice(0, 8)}`
const add = (name: string): Promise<string | null> => operators.addOperator(gateway, { name, actor: 'root' })
const remove = (name: string): Promise<boolean> => operators.removeOperator(gateway, { name, actor: 'root' })
const find = (key: string): Promise<string | null> => operators.findOperator(gateway.db, key)

describe('the key of an operator', () => {
  test('proves who it is, also with white space around; no other key does', async () => {
    const [name, other] = [newName(), newName()]
    const [key, otherKey] = [(await add(name))!, (await add(other))!]
    expect([await find(key), await find(` ${key}\n`), await find(otherKey)]).toEqual([name, name, other])
    for (const wrong of [
      '',
      ' ',
      name,
      key.slice(0, -1),
      `${key}A`,
      key.toUpperCase(),
      key.slice(key.lastIndexOf('-')),
    ])
      expect(await find(wrong)).toBeNull()
  })

  test('is shown once and kept nowhere', async () => {
    const key = (await add(newName()))!
    const secret = key.replace('asti-operator-', '')
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    const { rows } = await gateway.db.query<{ whole: string }>(
      'select o::text as whole from operator o union all select a::text from audit a',
    )
    const kept = [...rows.map(({ whole }) => whole), gateway.logged()].join('\n')
    expect(kept).not.toContain(secret)
    expect(kept).not.toContain(Buffer.from(secret, 'base64url').toString('hex'))
    expect(kept).not.toContain(Buffer.from(key).toString('hex'))
  })

  test('proves nobody once the operator was removed', async () => {
    const name = newName()
    const key = (await add(name))!
    expect(await remove(name)).toBe(true)
    expect(await find(key)).toBeNull()
    expect(await remove(name)).toBe(false)
  })
})

describe('the name of an operator', () => {
  test('is given once for ever: what was approved under it stays theirs', async () => {
    const name = newName()
    const key = (await add(name))!
    expect(await add(name)).toBeNull()
    expect(await find(key)).toBe(name)
    await remove(name)
    expect(await add(name)).toBeNull()
  })

  test('goes to one of twenty who want it at once', async () => {
    const name = newName()
    const keys = await Promise.all(Array.from({ length: 20 }, () => add(name)))
    const given = keys.filter((key) => key !== null)
    expect(given).toHaveLength(1)
    expect(await find(given[0]!)).toBe(name)
  })

  test('that nobody has is removed from nobody', async () => {
    expect(await remove(newName())).toBe(false)
  })
})

test('who was added and removed, and by whom, is in the list and in the audit, once each', async () => {
  const name = newName()
  await add(name)
  await add(name)
  await remove(name)
  await remove(name)
  const { rows } = await gateway.db.query<{ actor: string; act: string }>(
    `select actor, act from audit where subject = jsonb_build_object('operator', $1::text) order by id`,
    [name],
  )
  expect(rows).toEqual([
    { actor: 'root', act: 'operator.added' },
    { actor: 'root', act: 'operator.removed' },
  ])
  const listed = (await store.listOperators(gateway.db)).find((one) => one.name === name)
  expect(listed).toMatchObject({ createdBy: 'root', removedAt: expect.any(Date) })
})

describe('a draft', () => {
  const about = { name: 'Päätökset', authorityName: 'Kunta', environment: 'production', actor: 'root' } as const
  const draft = (one: JoiningCase): Promise<void> =>
    operators.createDraft(one.context(), { service: one.key, ...about })

  test('is a service that waits for its authority', async () => {
    const one = new JoiningCase(gateway)
    await draft(one)
    expect(await one.registration()).toMatchObject({
      state: 'draft',
      environment: 'production',
      authorityNames: { fi: 'Kunta' },
      serviceNames: { fi: 'Päätökset' },
      businessId: null,
    })
    const subject = { ...one.key, environment: 'production' }
    expect(await one.audited('service.drafted')).toEqual([{ actor: 'root', act: 'service.drafted', subject }])
  })

  test('is made once, and never over a service that is there', async () => {
    const one = new JoiningCase(gateway)
    const made = await Promise.allSettled(Array.from({ length: 20 }, () => draft(one)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await one.audited('service.drafted')).toHaveLength(1)
    const there = await JoiningCase.complete(gateway)
    const before = await there.registration()
    await expect(draft(there)).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
    expect((await there.registration()).revision).toBe(before.revision)
    expect((await there.standing()).state).toBe('test')
  })
})

test('what a service is for is changed before it is accepted, and not after', async () => {
  const one = await JoiningCase.complete(gateway)
  const change = (environment: 'test' | 'production') =>
    operators.changeEnvironment(one.context(), { service: one.key, actor: 'root', environment }).then(
      () => 'changed',
      (error: unknown) => (error as { code: string }).code,
    )
  const put = (state: string, from: string | null = null) =>
    gateway.db.query('update service set state = $2, suspended_from = $3 where authority_id = $1', [
      one.key.authorityId,
      state,
      from,
    ])
  for (const state of ['draft', 'submitted', 'test']) {
    await put(state)
    expect([await change('test'), await change('production')]).toEqual(['changed', 'changed'])
  }
  for (const state of ['accepted', 'production', 'suspended', 'withdrawn']) {
    await put(state, state === 'suspended' ? 'production' : null)
    expect([state, await change('test')]).toEqual([state, 'MOVE_NOT_POSSIBLE'])
    expect((await one.registration()).environment).toBe('production')
  }
  expect(await one.audited('service.environment-changed')).toHaveLength(6)
})

describe('a part of the joining process', () => {
  test('that is wrong is not recorded, and changes nothing', async () => {
    const one = await JoiningCase.complete(gateway)
    const before = await one.registration()
    const record = (part: 'agreement' | 'conformance', value: unknown) =>
      operators.recordPart(one.context(), { service: one.key, actor: 'root', part, value })
    for (const value of [{}, [], 'x', 1, { reference: 'x' }, { ...before.process.agreement, more: 1 }])
      await expect(record('agreement', value)).rejects.toMatchObject({ code: 'PROCESS_INVALID' })
    const after = await one.registration()
    expect([after.revision, after.process]).toEqual([before.revision, before.process])
  })

  test('of conformance is the statement of whoever recorded it, whatever is written in it', async () => {
    const one = await JoiningCase.complete(gateway)
    const value = { passed: true, on: '2026-11-01', statement: 'Ajettu.', statedBy: 'somebody else' }
    await operators.recordPart(one.context(), { service: one.key, actor: 'aino', part: 'conformance', value })
    expect((await one.registration()).process.conformance).toEqual({ ...value, statedBy: 'aino' })
  })

  test('is named in the audit, with nothing of what is in it', async () => {
    const one = await JoiningCase.complete(gateway)
    const rows = await one.audited('registration.recorded')
    expect(rows).toHaveLength(8)
    for (const { subject } of rows) expect(Object.keys(subject).sort()).toEqual(['authorityId', 'id', 'part'])
  })
})

test('a file is kept sealed, whole, and listed with its hash', async () => {
  const one = await JoiningCase.complete(gateway)
  const content = Buffer.from('%PDF-1.4 auditointi')
  const fileId = await operators.attachFile(one.context(), {
    service: one.key,
    actor: 'root',
    name: 'auditointi.pdf',
    content,
  })
  const { sealer } = gateway.runtime
  const file = await registrations.readFile(gateway.db, sealer, fileId)
  expect(file).toMatchObject({ name: 'auditointi.pdf', sizeBytes: content.length, content })
  expect((await registrations.listFiles(gateway.db, one.key)).map(({ id }) => id)).toContain(fileId)
  const { rows } = await gateway.db.query<{ n: number }>(
    `select count(*)::int as n from registration_file where position($1::bytea in sealed) > 0`,
    [content],
  )
  expect(rows[0]!.n).toBe(0)
  const attached = await one.audited('registration.file-attached')
  expect(attached.at(-1)!.subject).toEqual({ ...one.key, fileId })
})
