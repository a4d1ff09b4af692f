import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createMailboxChannel, type Channel, type Outcome } from '../../../src/delivery/index.js'
import { operators } from '../../../src/operations/index.js'
import { outbox } from '../../../src/store/index.js'
import { deliveriesOf, mail } from '../../support/mailbox.js'
import { newPerson } from '../../support/requests.js'
import { attempt, openPrintRoom, stateOf, type PrintRoom, type QueuedLetter } from './support.js'

const times = { reminderAfterMs: 60_000, verifiableReminderAfterMs: 60_000, deliveryPauseDivisor: 1 }
const because = { actor: 'koe', reason: 'koe' }

let room: PrintRoom
let print: Channel
let mailbox: Channel
beforeAll(async () => {
  room = await openPrintRoom()
  print = room.channel()
  mailbox = createMailboxChannel({ db: room.db, sealer: room.gateway.runtime.sealer, times })
})
afterAll(() => room.close())
beforeEach(() => room.db.query('truncate delivery, attempt'))

async function isInNoMailbox(owner: string, { messageId }: QueuedLetter): Promise<void> {
  const asked = (path: string) => mail(room.gateway, owner, path)
  expect((await asked('/messages')).json).toEqual({ messages: [], unread: 0, next: null })
  expect((await asked('/threads')).json).toEqual({ threads: [], next: null })
  for (const path of ['', '/history', `/attachments/${randomUUID()}`])
    expect((await asked(`/messages/${messageId}${path}`)).status).toBe(404)
  const acknowledged = await mail(room.gateway, owner, `/messages/${messageId}/acknowledge`, { method: 'POST' })
  expect(acknowledged.status).toBe(404)
}

async function historyOf({ messageId }: QueuedLetter): Promise<number[]> {
  const { rows } = await room.db.query<{ state: number }>(
    'select state from state_event where message_id = $1 order by id',
    [messageId],
  )
  return rows.map(({ state }) => state)
}

describe('a letter that went on paper only', () => {
  test('is not in a passive mailbox, and cannot be opened there', async () => {
    const to = await newPerson(room.gateway, 'passive')
    const letter = await room.queue({ to })
    await attempt(room.db, print)
    await isInNoMailbox(to, letter)
    expect(await historyOf(letter)).toEqual([202, 200])
  })

  test('is not in a mailbox that its recipient opens later', async () => {
    const to = await newPerson(room.gateway, 'none')
    const letter = await room.queue({ to })
    await attempt(room.db, print)
    await room.gateway.openAccount(to, 'active')
    await isInNoMailbox(to, letter)
    expect(await historyOf(letter)).toEqual([202, 200])
  })
})

interface Both extends QueuedLetter {
  readonly to: string
  readonly mailboxId: string
}

async function both(): Promise<Both> {
  const to = await newPerson(room.gateway)
  const letter = await room.queue({ to, wishes: { Paperi: 'true' } })
  const { rows } = await room.db.query<{ id: string }>(
    `select id from delivery where message_id = $1 and channel = 'mailbox'`,
    [letter.messageId],
  )
  return { ...letter, to, mailboxId: rows[0]!.id }
}
const giveUp = (id: string) =>
  room.db.query(`update delivery set state = 'dead', reason = 'KOE', finished_at = now() where id = $1`, [id])
const cancel = async (id: string): Promise<boolean> =>
  (await operators.cancelDelivery({ db: room.db }, { id, ...because })).failed

/** Makes one attempt at a mailbox and writes its end, as a worker does. @param meanwhile  between the two */
async function putIntoMailbox(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<Outcome> {
  const workerId = randomUUID()
  const [job] = await outbox.claim(room.db, { workerId, leaseMs: 60_000, free: { mailbox: 1 }, limit: 1 })
  const outcome = await mailbox.deliver(job!, AbortSignal.timeout(30_000))
  await meanwhile()
  await room.db.withTransaction(async (tx) => {
    if (outcome.kind === 'delivered') await outcome.write?.(tx)
    const isDelivered = outcome.kind === 'delivered'
    const code = 'code' in outcome ? outcome.code : null
    await outbox.finish(tx, job!, workerId, {
      ...{ outcome: outcome.kind, code, next: isDelivered ? 'delivered' : 'cancelled' },
    })
  })
  return outcome
}

describe('a letter on paper besides a mailbox', () => {
  test('that was printed is there when its mailbox is given up and cancelled', async () => {
    const letter = await both()
    await attempt(room.db, print)
    await giveUp(letter.mailboxId)
    expect(await stateOf(room.db, letter)).toBe(202)
    expect(await cancel(letter.mailboxId)).toBe(false)
    expect(await historyOf(letter)).toEqual([202, 200])
    await isInNoMailbox(letter.to, letter)
  })

  test('whose mailbox was cancelled is there when it is printed', async () => {
    const letter = await both()
    expect(await cancel(letter.mailboxId)).toBe(false)
    expect(await stateOf(room.db, letter)).toBe(202)
    await attempt(room.db, print)
    expect(await historyOf(letter)).toEqual([202, 200])
  })

  test('whose mailbox was given up is there when it is printed', async () => {
    const letter = await both()
    await giveUp(letter.mailboxId)
    await attempt(room.db, print)
    expect(await historyOf(letter)).toEqual([202, 200])
    await isInNoMailbox(letter.to, letter)
  })

  test('fails only when the last of its ways is taken back and none has arrived', async () => {
    const letter = await both()
    await giveUp(letter.mailboxId)
    await giveUp(letter.deliveryId)
    expect(await cancel(letter.mailboxId)).toBe(false)
    expect(await stateOf(room.db, letter)).toBe(202)
    expect(await cancel(letter.deliveryId)).toBe(true)
    expect(await historyOf(letter)).toEqual([202, 550])
  })

  test('is there, whichever is first, when printing ends as its mailbox is cancelled: twenty times', async () => {
    const workerId = randomUUID()
    for (let round = 0; round < 20; round++) {
      const letter = await both()
      const [job] = await outbox.claim(room.db, { workerId, leaseMs: 60_000, free: { print: 1 }, limit: 1 })
      const outcome = await print.deliver(job!, AbortSignal.timeout(60_000))
      const finish = room.db.withTransaction(async (tx) => {
        if (outcome.kind === 'delivered') await outcome.write?.(tx)
        await outbox.finish(tx, job!, workerId, { outcome: 'delivered', code: null, next: 'delivered' })
      })
      const [failed] = await Promise.all([cancel(letter.mailboxId), finish])
      expect({ round, failed, history: await historyOf(letter) }).toEqual({ round, failed: false, history: [202, 200] })
    }
  })

  test('is announced once, and shown, when it comes into the mailbox after it was printed', async () => {
    const letter = await both()
    await room.db.query('update account set wants_email = true')
    await giveUp(letter.mailboxId)
    await attempt(room.db, print)
    await operators.resend({ db: room.db }, { ids: [letter.mailboxId], ...because })
    expect(await putIntoMailbox()).toMatchObject({ kind: 'delivered' })
    expect((await mail(room.gateway, letter.to, '/messages')).json).toMatchObject({
      unread: 1,
      messages: [{ id: letter.messageId, state: 200 }],
    })
    const queued = await deliveriesOf(room.gateway, letter.messageId)
    expect(queued.filter(({ purpose }) => purpose === 'notice')).toMatchObject([{ channel: 'email' }])
    expect((await mail(room.gateway, letter.to, `/messages/${letter.messageId}`)).json.state).toBe(220)
    expect(await historyOf(letter)).toEqual([202, 200, 220])
  })
})

describe('a message that has failed meanwhile', () => {
  const fail = ({ messageId }: QueuedLetter) =>
    room.db.query('update message set state = 523 where id = $1', [messageId])

  test('is not put into its mailbox, and the delivery says why', async () => {
    await fail(await both())
    expect(await putIntoMailbox()).toEqual({ kind: 'dropped', code: 'MESSAGE_FAILED' })
  })

  test('is neither moved nor announced when it fails at the last moment', async () => {
    const letter = await both()
    await room.db.query('update account set wants_email = true')
    await putIntoMailbox(() => fail(letter))
    expect(await stateOf(room.db, letter)).toBe(523)
    const queued = await deliveriesOf(room.gateway, letter.messageId)
    expect(queued.filter(({ purpose }) => purpose !== 'message')).toEqual([])
    await isInNoMailbox(letter.to, letter)
  })
})
