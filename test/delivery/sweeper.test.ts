import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sweep } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { askSigned, item, newPerson, newSender, sendMessage, stored } from '../support/requests.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

test('a queued message that the queue knows nothing of is found, others are not', async () => {
  const sender = await newSender(gateway)
  const send = async () =>
    (await stored(gateway, await askSigned(gateway, sender, sendMessage(sender, item(await newPerson(gateway))))))[0]!
  const [lost, waiting, givenUp] = [await send(), await send(), await send()]
  expect(await sweep.findOrphans(gateway.db, null)).toEqual({ orphans: [], last: null })
  const idOf = async (number: string): Promise<string> =>
    (await gateway.db.query<{ id: string }>('select id from message where number = $1', [number])).rows[0]!.id
  await gateway.db.query('delete from delivery where message_id = $1', [await idOf(lost.number)])
  await gateway.db.query(`update delivery set state = 'dead' where message_id = $1`, [await idOf(givenUp.number)])
  await gateway.db.query(`update delivery set state = 'scheduled' where message_id = $1`, [await idOf(waiting.number)])
  const { orphans } = await sweep.findOrphans(gateway.db, null)
  expect(orphans.map(({ messageId }) => messageId)).toEqual([await idOf(lost.number)])
})

test('figures of the queue are counted by channel and state', async () => {
  const figures = await sweep.queueFigures(gateway.db)
  expect(figures.find(({ state }) => state === 'dead')).toMatchObject({ channel: 'mailbox', count: 1 })
})
