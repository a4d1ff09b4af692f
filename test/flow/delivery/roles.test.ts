import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cloneDatabase, startGateway, type TestGateway } from '../../support/gateway.js'
import { eventually } from '../../support/queue.js'
import { askSigned, item, newPerson, newSender, sendMessage, SIGNED_PATH, stored } from '../../support/requests.js'

let database: Awaited<ReturnType<typeof cloneDatabase>>
let gateway: TestGateway
let worker: TestGateway
beforeAll(async () => {
  database = await cloneDatabase()
  const start = (role: string): Promise<TestGateway> =>
    startGateway({
      databaseUrl: database.url,
      delivers: true,
      env: { ASTI_ROLE: role, ASTI_DELIVERY_POLL_MS: '60 s' },
    })
  gateway = await start('gateway')
  worker = await start('worker')
})
afterAll(async () => {
  await Promise.all([gateway.close(), worker.close()])
  await database.drop()
})

test('what one process takes another one delivers, at the ring of a bell', async () => {
  const sender = await newSender(gateway)
  const sent = await askSigned(gateway, sender, sendMessage(sender, item(await newPerson(gateway))))
  await eventually(async () => (await stored(gateway, sent))[0]!.state === 200)
  expect(gateway.logged()).not.toContain('delivery.attempted')
  expect(worker.logged()).toContain('delivery.attempted')
})

test('a worker has no endpoint, but health and metrics', async () => {
  const status = async (path: string, init?: RequestInit): Promise<number> =>
    (await fetch(`${worker.origin}${path}`, init)).status
  expect(await status(SIGNED_PATH, { method: 'POST', body: '<x/>' })).toBe(404)
  expect(await status(`${SIGNED_PATH}?wsdl`)).toBe(404)
  expect([await status('/health/ready'), await status('/metrics')]).toEqual([200, 200])
})
