import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { uuidv7 } from 'uuidv7'
import { caught } from '../../src/store/index.js'
import { keepHouse } from '../../src/housekeeping.js'
import { loadConfig } from '../../src/config/index.js'
import { createLogger } from '../../src/log.js'
import { startGateway, testDataDir, type TestGateway } from '../support/gateway.js'
import { eventually } from '../support/queue.js'

let gateway: TestGateway
beforeAll(async () => void (gateway = await startGateway()))
afterAll(() => gateway.close())
beforeEach(() => gateway.db.query('truncate caught'))

const content = { to: 'testi@example.fi', subject: 'Otsikko', text: 'Teksti', attachments: [] }
const keep = async (more: { serviceId?: string; messageId?: string; id?: string } = {}): Promise<string> => {
  const id = uuidv7()
  const origin = {
    id,
    channel: 'email',
    authorityId: 'kunta_ws',
    serviceId: 'kunta_ws_1',
    messageId: uuidv7(),
    ...more,
  }
  await gateway.db.withTransaction((tx) => caught.insertCaught(tx, gateway.runtime.sealer, origin, content))
  return origin.id
}
const list = (filter: Partial<Parameters<typeof caught.listCaught>[2]> = {}): Promise<caught.Caught[]> =>
  caught.listCaught(gateway.db, gateway.runtime.sealer, { limit: 100, ...filter })

test('what is kept is listed newest first, opens where it is revealed, and is sealed in the database', async () => {
  const first = await keep()
  const second = await keep()
  const found = await list()
  expect(found.map(({ id }) => id)).toEqual([second, first])
  expect(found[0]!.content.reveal()).toEqual(content)
  expect(JSON.stringify(found)).not.toContain('example')
  const { rows } = await gateway.db.query<{ sealed: Buffer }>('select sealed from caught')
  expect(rows.some(({ sealed }) => sealed.includes('Teksti'))).toBe(false)
})

test('it is found by service and by message, page by page', async () => {
  const messageId = uuidv7()
  const ids = [await keep(), await keep({ serviceId: 'kunta_ws_2' }), await keep({ messageId })]
  expect((await list({ messageId })).map(({ id }) => id)).toEqual([ids[2]])
  const service = { authorityId: 'kunta_ws', serviceId: 'kunta_ws_2' }
  expect((await list({ service })).map(({ id }) => id)).toEqual([ids[1]])
  const [newest] = await list({ limit: 1 })
  const rest = await list({ before: newest })
  expect([newest!.id, ...rest.map(({ id }) => id)]).toEqual([...ids].reverse())
})

test('the same delivery is kept once', async () => {
  const id = await keep()
  await keep({ id })
  expect(await list()).toHaveLength(1)
})

test('housekeeping forgets it after thirty days', async () => {
  const [old, young] = [await keep(), await keep()]
  await gateway.db.query(`update caught set created_at = now() - interval '31 days' where id = $1`, [old])
  await gateway.db.query(`update caught set created_at = now() - interval '29 days' where id = $1`, [young])
  const config = loadConfig({ DATABASE_URL: gateway.databaseUrl, ASTI_DATA_DIR: testDataDir })
  const log = createLogger({ level: 'silent' })
  const stop = keepHouse(config, { db: gateway.db, log, clock: { now: () => new Date() } })
  await eventually(async () => (await list()).length === 1)
  stop()
  expect((await list()).map(({ id }) => id)).toEqual([young])
})
