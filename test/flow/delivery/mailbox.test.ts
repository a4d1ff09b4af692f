import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { states } from '../../../src/message/index.js'
import { transitions } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { eventually } from '../../support/queue.js'
import {
  addItems,
  askSigned,
  file,
  item,
  newPerson,
  newReference,
  newSender,
  sendMessage,
  stored,
  type Reply,
} from '../../support/requests.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ delivers: true, env: { ASTI_DELIVERY_POLL_MS: '60 s' } })
})
afterAll(() => gateway.close())

const historyOf = async (sent: Reply): Promise<number[]> =>
  (await stored(gateway, sent))[0]!.history.map(({ state }) => state)
const reaches = (sent: Reply, state: number): Promise<void> =>
  eventually(async () => (await historyOf(sent)).includes(state))

test('a letter is in the mailbox soon after its 202, without anybody looking for it', async () => {
  const sender = await newSender(gateway)
  const sent = await askSigned(gateway, sender, sendMessage(sender, item(await newPerson(gateway))))
  expect(sent.code).toBe(202)
  await reaches(sent, 200)
  const [message] = await stored(gateway, sent)
  expect(message).toMatchObject({
    state: 200,
    history: [
      { state: 202, source: 'intake' },
      { state: 200, source: 'mailbox' },
    ],
    deliveries: [{ channel: 'mailbox', state: 'delivered' }],
  })
})

test('an item with a file follows its 202, one without was there at once', async () => {
  const sender = await newSender(gateway)
  const withFile = item(await newPerson(gateway), { Tiedostot: file() })
  const sent = await askSigned(gateway, sender, addItems(sender, withFile))
  expect(sent.itemCodes).toEqual([202])
  await reaches(sent, 200)
  const plain = await askSigned(gateway, sender, addItems(sender, item(await newPerson(gateway))))
  expect([plain.itemCodes, await historyOf(plain)]).toEqual([[200], [200]])
})

test('states never go backwards, and a failure gives the reference back', async () => {
  const sender = await newSender(gateway)
  const letter = sendMessage(sender, item(await newPerson(gateway), { ViranomaisTunniste: newReference() }))
  const sent = await askSigned(gateway, sender, letter)
  await reaches(sent, 200)
  const { rows } = await gateway.db.query<{ bucket: number; messageId: string }>(
    `select m.bucket, m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     where i.submission_id = $1`,
    [sent.traceId],
  )
  const move = (state: (typeof states)[keyof typeof states]): Promise<boolean> =>
    gateway.db.withTransaction((tx) => transitions.moveMessage(tx, rows[0]!, state, 'koe'))
  expect(await move(states.queued)).toBe(false)
  expect(await move(states.visible)).toBe(false)
  expect(await move(states.virusFound)).toBe(false)
  expect(await move(states.acknowledged)).toBe(true)
  expect(await move(states.read)).toBe(false)
  expect(await historyOf(sent)).toEqual([202, 200, 230])
  expect((await askSigned(gateway, sender, letter)).code).toBe(525)
})

test('twenty moves at once make one event', async () => {
  const sender = await newSender(gateway)
  const sent = await askSigned(gateway, sender, addItems(sender, item(await newPerson(gateway))))
  const { rows } = await gateway.db.query<{ bucket: number; messageId: string }>(
    `select m.bucket, m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     where i.submission_id = $1`,
    [sent.traceId],
  )
  const moved = await Promise.all(
    Array.from({ length: 20 }, () =>
      gateway.db.withTransaction((tx) => transitions.moveMessage(tx, rows[0]!, states.read, 'koe')),
    ),
  )
  expect(moved.filter(Boolean)).toHaveLength(1)
  expect(await historyOf(sent)).toEqual([200, 220])
})

test.each([
  ['asked', { receipts: 'asked' }, '0', [230]],
  ['asked for the message', { receipts: 'asked' }, '1', [220, 230]],
  ['all', { receipts: 'all' }, '0', [220, 230]],
  ['none', { receipts: 'none' }, '1', []],
] as const)('with receipts %s the authority is told of what it wants', async (_what, settings, forced, told) => {
  const returnChannel = { url: 'https://kunta.example/paluu', generation: 'old' } as const
  const sender = await newSender(gateway, { settings: { ...settings, returnChannel } })
  const fields = { VahvistusVaatimus: '1', VaadiLukukuittaus: forced }
  const sent = await askSigned(gateway, sender, addItems(sender, item(await newPerson(gateway), fields)))
  const { rows } = await gateway.db.query<{ bucket: number; messageId: string }>(
    `select m.bucket, m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     where i.submission_id = $1`,
    [sent.traceId],
  )
  for (const state of [states.read, states.acknowledged])
    await gateway.db.withTransaction((tx) => transitions.moveMessage(tx, rows[0]!, state, 'koe'))
  const reports = await gateway.db.query<{ state: number }>(
    `select (about ->> 'state')::int as state from delivery where message_id = $1 and purpose = 'state' order by id`,
    [rows[0]!.messageId],
  )
  expect(reports.rows.map(({ state }) => state)).toEqual(told)
})

test('the queue and its age are told to Prometheus', async () => {
  await sleep(10)
  const text = await (await fetch(`${gateway.origin}/metrics`)).text()
  expect(text).toMatch(/asti_delivery_attempts_total\{channel="mailbox",outcome="delivered"\} [1-9]/)
  expect(text).toMatch(/asti_delivery_age_seconds_count\{channel="mailbox",purpose="message"\} [1-9]/)
  expect(text).toContain('asti_messages_without_delivery 0')
  expect(text).toMatch(/asti_delivery_queue\{channel="return-channel",state="ready"\} [1-9]/)
})

test('an attempt is one log line with ids and codes, and nothing of the letter', async () => {
  const sender = await newSender(gateway)
  const person = await newPerson(gateway)
  const secret = `salaisuus-${newReference()}`
  const sent = await askSigned(gateway, sender, sendMessage(sender, item(person, { Nimeke: secret })))
  await reaches(sent, 200)
  const lines = gateway.logged().split('\n')
  const line = JSON.parse(lines.filter((one) => one.includes('delivery.attempted')).at(-1)!) as Record<string, unknown>
  expect(line).toMatchObject({ channel: 'mailbox', purpose: 'message', outcome: 'delivered', attempt: 1 })
  expect(gateway.logged()).not.toContain(secret)
  expect(gateway.logged()).not.toContain(person)
})
