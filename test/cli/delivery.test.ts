import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { startGateway, testDataDir, type TestGateway } from '../support/gateway.js'
import { newService, queue, rowOf } from '../support/queue.js'
import { askSigned, item, newPerson, newReference, newSender, sendMessage, stored } from '../support/requests.js'
import { Desk } from './at.js'
import { auditRows } from './support.js'

let gateway: TestGateway
let desk: Desk
beforeAll(async () => {
  gateway = await startGateway()
  desk = new Desk({ ASTI_DATA_DIR: testDataDir, DATABASE_URL: gateway.databaseUrl })
})
afterAll(() => gateway.close())
beforeEach(() => gateway.db.query('truncate delivery, attempt, pause, breaker'))

const because = ['--because', 'koe']
const kill = (reason: string, ...ids: string[]) =>
  gateway.db.query(
    `update delivery set state = 'dead', reason = $2, attempts = 3, finished_at = now() where id = any ($1)`,
    [ids, reason],
  )
interface Listed {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly number: string | null
}

describe('delivery list and show', () => {
  test('tell where deliveries stand, newest first, and narrow them down', async () => {
    const service = await newService(gateway.db)
    const [first, second] = [await queue(gateway.db, service), await queue(gateway.db, service, { channel: 'print' })]
    await kill('NO_ANSWER', first)
    const all = await desk.json<Listed[]>('delivery', 'list')
    expect(all.map(({ id }) => id)).toEqual([second, first])
    const found = async (...args: string[]) =>
      (await desk.json<Listed[]>('delivery', 'list', ...args)).map(({ id }) => id)
    expect(await found('--state', 'dead')).toEqual([first])
    expect(await found('--channel', 'print')).toEqual([second])
    expect(await found('--reason', 'NO_ANSWER', '--authority', service.authorityId)).toEqual([first])
    expect(await found('--authority', 'muu_ws')).toEqual([])
    expect((await desk.run('delivery', 'list')).stdout).toMatch(/dead.*NO_ANSWER/)
  })

  test('one delivery is shown with every attempt; one that there is not is said to be none', async () => {
    const id = await queue(gateway.db, await newService(gateway.db))
    expect((await desk.run('delivery', 'show', id)).stdout).toMatch(/tries +none yet/)
    const none = await desk.run('delivery', 'show', '01a2074d-cfbf-726a-a40a-861d685fa00e')
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('delivery list') })
    expect((await desk.run('delivery', 'show', 'jotain')).code).toBe(2)
  })
})

describe('delivery resend', () => {
  test('sends what was given up again, one or all that fit, and leaves what is given up later', async () => {
    const service = await newService(gateway.db)
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push(await queue(gateway.db, service, i < 3 ? {} : { channel: 'print' }))
    await kill('NO_ANSWER', ...ids)
    expect(await desk.json('delivery', 'resend', ids[0]!, ...because, '--yes')).toEqual({
      found: 1,
      resent: 1,
      left: 0,
    })
    expect(await rowOf(gateway.db, ids[0]!)).toMatchObject({ state: 'ready', attempts: 0, reason: null })
    const rest = await desk.json('delivery', 'resend', '--dead', '--channel', 'print', ...because, '--yes')
    expect(rest).toEqual({ found: 2, resent: 2, left: 0 })
    expect((await rowOf(gateway.db, ids[1]!)).state).toBe('dead')
    const acts = await auditRows(desk.env, 'delivery.resent')
    expect(acts.map(({ subject }) => subject['deliveryId'])).toEqual(expect.arrayContaining([ids[0], ids[3], ids[4]]))
    expect(acts.every(({ subject }) => subject['reason'] === 'koe')).toBe(true)
  })

  test('needs either ids or --dead, a reason, and somebody who agrees', async () => {
    const id = await queue(gateway.db, await newService(gateway.db))
    await kill('NO_ANSWER', id)
    expect((await desk.run('delivery', 'resend', ...because, '--yes')).code).toBe(2)
    expect((await desk.run('delivery', 'resend', id, '--dead', ...because, '--yes')).code).toBe(2)
    expect((await desk.run('delivery', 'resend', id, '--yes')).code).toBe(2)
    expect((await desk.run('delivery', 'resend', id, ...because)).code).toBe(2)
    expect((await rowOf(gateway.db, id)).state).toBe('dead')
  })
})

describe('delivery cancel', () => {
  test('a message that has no other way left fails by it, and its reference is free again', async () => {
    const sender = await newSender(gateway)
    const person = await newPerson(gateway)
    const letter = sendMessage(sender, item(person, { ViranomaisTunniste: newReference() }))
    const sent = await askSigned(gateway, sender, letter)
    const [message] = await stored(gateway, sent)
    const [delivery] = await desk.json<Listed[]>('delivery', 'list', '--number', message!.number)
    expect(await desk.json('delivery', 'cancel', delivery!.id, ...because, '--yes')).toEqual({
      id: delivery!.id,
      failed: true,
    })
    const [after] = await stored(gateway, sent)
    expect(after).toMatchObject({ state: 550, history: [{ state: 202 }, { state: 550, source: 'operator' }] })
    expect((await askSigned(gateway, sender, letter)).code).toBe(202)
    expect(await desk.json('delivery', 'resend', delivery!.id, ...because, '--yes')).toEqual({
      ...{ found: 1, resent: 0, left: 1 },
    })
  })

  test('what has ended or is under way stays as it is', async () => {
    const id = await queue(gateway.db, await newService(gateway.db))
    await gateway.db.query(
      `update delivery set state = 'leased', owner = gen_random_uuid(), lease_until = now() + interval '1 hour'`,
    )
    expect(await desk.run('delivery', 'cancel', id, ...because, '--yes')).toMatchObject({ code: 1 })
    await gateway.db.query(`update delivery set state = 'delivered', owner = null, lease_until = null`)
    expect(await desk.run('delivery', 'cancel', id, ...because, '--yes')).toMatchObject({ code: 1 })
    expect((await rowOf(gateway.db, id)).state).toBe('delivered')
  })
})

describe('delivery pause and resume', () => {
  test('stop a channel or a service and let it go on; both are audited', async () => {
    const { authorityId, serviceId } = await newService(gateway.db)
    const service = ['--authority', authorityId, '--service', serviceId]
    const changed = async (...args: string[]) =>
      (await desk.json<{ changed: boolean }>('delivery', ...args, ...because, '--yes')).changed
    expect(await changed('pause', '--channel', 'print')).toBe(true)
    expect(await changed('pause', '--channel', 'print')).toBe(false)
    expect(await changed('pause', ...service)).toBe(true)
    const { pauses } = await desk.json<{ pauses: object[] }>('delivery', 'stopped')
    expect(pauses).toMatchObject([
      { channel: 'print', authorityId: null, reason: 'koe' },
      { channel: null, authorityId, serviceId },
    ])
    expect(await changed('resume', ...service)).toBe(true)
    expect(await changed('resume', ...service)).toBe(false)
    expect(await auditRows(desk.env, 'delivery.paused')).toHaveLength(2)
    expect(await auditRows(desk.env, 'delivery.resumed')).toHaveLength(1)
  })

  test('a service is meant by both its ids, and has to be there', async () => {
    const { authorityId } = await newService(gateway.db)
    const run = (...args: string[]) => desk.run('delivery', 'pause', ...args, ...because, '--yes')
    expect((await run()).code).toBe(2)
    expect((await run('--authority', authorityId)).code).toBe(2)
    expect((await run('--authority', authorityId, '--service', 'muu')).code).toBe(1)
  })
})
