import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { deliveryLog, mailbox, redelivery, type Database } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { newService } from '../support/queue.js'
import { addItems, askSigned, item, newPerson, newSender } from '../support/requests.js'

let gateway: TestGateway
let db: Database
let ids: string[]
let ownerHash: Buffer
beforeAll(async () => {
  gateway = await startGateway()
  db = gateway.db
  const { authorityId, serviceId } = await newService(db)
  await db.query(
    `insert into delivery (bucket, id, message_id, channel, purpose, state, authority_id, service_id, environment)
     select n % 1024, gen_random_uuid(), gen_random_uuid(), 'mailbox', 'message', 'dead', $1, $2, 'test' from generate_series(1, 20000) n`,
    [authorityId, serviceId],
  )
  const sender = await newSender(gateway)
  const person = await newPerson(gateway)
  ownerHash = gateway.runtime.sealer.hashId(person)
  for (let i = 0; i < 3; i++) await askSigned(gateway, sender, addItems(sender, item(person)))
  await db.query('analyze delivery')
  ids = (await db.query<{ id: string }>(`select id from delivery where state = 'dead' limit 200`)).rows.map(
    ({ id }) => id,
  )
})
afterAll(() => gateway.close())

async function scans(): Promise<number> {
  await db.query('select pg_stat_force_next_flush()')
  const { rows } = await db.query<{ n: number }>(
    `select seq_scan::int as n from pg_stat_user_tables where relname = 'delivery'`,
  )
  return rows[0]!.n
}

const held = <T>(work: (held: readonly redelivery.Held[], tx: Parameters<typeof redelivery.hold>[0]) => Promise<T>) =>
  db.withTransaction(async (tx) => work(await redelivery.hold(tx, ids), tx))

const looks: readonly [what: string, look: () => Promise<unknown>][] = [
  ['held', () => held((all) => Promise.resolve(expect(all).toHaveLength(200)))],
  ['made ready', () => held((all, tx) => redelivery.makeReady(tx, all))],
  ['ended', () => held((all, tx) => redelivery.end(tx, all, 'KOE'))],
  ['listed', async () => expect(await deliveryLog.listDeliveries(db, { ids }, { limit: 500 })).toHaveLength(200)],
  ['counted', async () => expect(await deliveryLog.countDeliveries(db, { ids })).toBe(200)],
  ['listed, the newest ones', () => deliveryLog.listDeliveries(db, {}, { limit: 50 })],
  ['listed by the number of their message', () => deliveryLog.listDeliveries(db, { number: '1095' }, { limit: 50 })],
  ['counted by the number of their message', () => deliveryLog.countDeliveries(db, { number: '1095' })],
  ['shown with their attempts', () => deliveryLog.attemptsOf(db, ids[0]!)],
]
const page = { before: null, limit: 50 }
test('among twenty thousand deliveries, a mailbox is listed and counted without a walk through all', async () => {
  const { sealer } = gateway.runtime
  const before = await scans()
  expect(await mailbox.listEntries(db, sealer, { ownerHash, threadId: null, page })).toHaveLength(3)
  expect(await mailbox.listThreads(db, sealer, { ownerHash, page })).toHaveLength(3)
  expect(await mailbox.countUnread(db, { ownerHash, threadId: null })).toBe(3)
  expect(await scans()).toBe(before)
})

test.each(looks)('among twenty thousand, deliveries are %s without a walk through all', async (_what, look) => {
  const before = await scans()
  await look()
  expect(await scans()).toBe(before)
})
