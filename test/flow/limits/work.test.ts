import { expect, test } from '@jest/globals'
import { startGateway } from '../../support/gateway.js'
import {
  addItems,
  askSigned,
  faultOf,
  getStatus,
  item,
  newPerson,
  newSender,
  post,
  reply,
  sendMessage,
  signed,
  SIGNED_PATH,
} from '../../support/requests.js'
import { call, metric } from './lines.js'

test('an address whose refused requests cost too much has to wait, others do not', async () => {
  const gateway = await startGateway({
    env: { ASTI_TRUSTED_PROXIES: '127.0.0.1', ASTI_REFUSED_WORK_PER_MINUTE_PER_ADDRESS: '20' },
  })
  const sender = await newSender(gateway)
  const costly = Buffer.from(`<a>${'<b c="d"/>'.repeat(99_000)}</a>`)
  const send = (from: string, body: string | Buffer) =>
    call(gateway, SIGNED_PATH, { method: 'POST', body, headers: { 'X-Forwarded-For': from } })
  const codes: (string | undefined)[] = []
  for (let i = 0; i < 4 && codes.at(-1) !== 'RATE_LIMITED'; i++)
    codes.push(faultOf(await send('203.0.113.9', costly))?.code)
  expect([codes[0], codes.at(-1)]).toEqual(['SOAP_INVALID', 'RATE_LIMITED'])
  const honest = signed(getStatus(sender), sender.identity)
  expect((await send('203.0.113.9', honest)).status).toBe(503)
  expect((await send('203.0.113.10', honest)).status).toBe(200)
  expect(await metric(gateway, 'asti_limit_reached_total{limit="refused-work-per-address"}')).toBe(2)
  await gateway.close()
})

test('accepted requests are no refused work, however much they cost', async () => {
  const gateway = await startGateway({ env: { ASTI_REFUSED_WORK_PER_MINUTE_PER_ADDRESS: '1' } })
  const sender = await newSender(gateway)
  const person = await newPerson(gateway)
  const many = (): string => addItems(sender, ...Array.from({ length: 50 }, () => item(person)))
  for (let i = 0; i < 3; i++) expect((await askSigned(gateway, sender, many())).code).toBe(0)
  await gateway.close()
})

test('repeats of a caught request do not use up the share of its service', async () => {
  const gateway = await startGateway({ env: { ASTI_REQUESTS_PER_MINUTE_PER_SERVICE: '3' } })
  const sender = await newSender(gateway)
  const caught = signed(getStatus(sender), sender.identity)
  for (let i = 0; i < 6; i++) expect((await post(gateway, caught, { path: SIGNED_PATH })).status).toBe(200)
  expect((await askSigned(gateway, sender, getStatus(sender))).code).toBe(0)
  await gateway.close()
})

test('copies of one slow request leave the database to others', async () => {
  const gateway = await startGateway({
    env: { ASTI_DATABASE_POOL_SIZE: '4', ASTI_STATEMENT_TIMEOUT_MS: '5s', ASTI_TRUSTED_PROXIES: '127.0.0.1' },
  })
  const sender = await newSender(gateway)
  const other = await newSender(gateway, { key: 'another' })
  const person = await newPerson(gateway)
  const slow = signed(sendMessage(sender, item(person)), sender.identity)
  // Whoever holds this row holds the transaction up that wants to store a message.
  const lock = await gateway.db.withConnection(async (client) => {
    await client.query('begin')
    await client.query('lock table message in access exclusive mode')
    const copies = Array.from({ length: 20 }, () => post(gateway, slow, { path: SIGNED_PATH }))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const headers = { 'X-Forwarded-For': '203.0.113.20' }
    const { code } = await askSigned(gateway, other, getStatus(other), { headers })
    await client.query('rollback')
    return { code, answers: await Promise.all(copies) }
  })
  expect(lock.code).toBe(0)
  expect(lock.answers.map((wire) => reply('LahetaViesti', wire).code)).toEqual(Array(20).fill(202))
  expect(await gateway.count('message')).toBe(1)
  await gateway.close()
})
