import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { deliveries, outbox } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addCertificate,
  askJoining,
  changeContacts,
  contacts,
  getRegistration,
  joinedService,
  move,
  newIdentity,
  outcome,
  outcomeOf,
  registerService,
  retireCertificate,
  rowsOf,
  serviceId,
  stateIn,
  statusBy,
  statusChanges,
  withdraw,
} from '../../support/joining.js'
import {
  addItems,
  askSigned,
  getStatus,
  item,
  newPerson,
  post,
  queryCustomers,
  reply,
  sendMessage,
  signed,
  SIGNED_PATH,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const SUSPENDED = [405, 'SERVICE_SUSPENDED']

/** Deliveries of a service that would be taken next. */
async function dueOf({ authorityId }: Sender): Promise<string[]> {
  const workerId = randomUUID()
  const free = { mailbox: 1_000, print: 1_000 }
  const jobs = await outbox.claim(gateway.db, { workerId, leaseMs: 60_000, free, limit: 1_000 })
  await outbox.giveBack(gateway.db, jobs, workerId)
  return jobs.filter((job) => job.authorityId === authorityId).map(({ id }) => id)
}

async function serviceWithLetters(count: number): Promise<Sender> {
  const sender = await joinedService(gateway)
  for (let i = 0; i < count; i++) {
    const answer = await askSigned(gateway, sender, sendMessage(sender, item(await newPerson(gateway))))
    expect(answer.code).toBe(202)
  }
  return sender
}

test('a suspended service is told so on both endpoints, whatever it asks for but its registration', async () => {
  const sender = await joinedService(gateway)
  const person = await newPerson(gateway)
  await move(gateway, sender, 'suspend', 'Selvitys kesken')
  for (const content of [
    getStatus(sender),
    queryCustomers(sender, person),
    addItems(sender, item(person)),
    sendMessage(sender, item(person)),
  ])
    expect(await outcomeOf(gateway, await askSigned(gateway, sender, content))).toEqual(SUSPENDED)
  for (const content of [
    statusBy(sender, 'SanomaTunniste', 'sanoma-1'),
    statusChanges(sender),
    changeContacts(sender, { Yhteyshenkilot: contacts('Nimi="Yhteys"') }),
    addCertificate(sender, { Varmenne: (await newIdentity()).certificateDer.toString('base64') }),
    retireCertificate(sender, sender.identity.fingerprintSha256),
    withdraw(sender),
  ])
    expect(await outcome(gateway, sender, content)).toEqual(SUSPENDED)
  expect(stateIn(await askJoining(gateway, sender, getRegistration(sender)))).toBe('KESKEYTETTY')
  expect(stateIn(await askJoining(gateway, sender, registerService(sender)))).toBe('KESKEYTETTY')
  expect(await rowsOf(gateway, 'item', sender.authorityId)).toBe(0)
})

test('what a service sent before it was suspended waits, and comes back as it was when it is resumed', async () => {
  const sender = await serviceWithLetters(3)
  const other = await serviceWithLetters(1)
  const queued = await dueOf(sender)
  expect(queued).toHaveLength(3)
  const everything = async (): Promise<unknown> =>
    (await gateway.db.query('select * from delivery where authority_id = $1 order by id', [sender.authorityId])).rows
  const before = await everything()

  await move(gateway, sender, 'suspend', 'Selvitys kesken')
  expect(await dueOf(sender)).toEqual([])
  expect(await deliveries.countWaiting(gateway.db, serviceId(sender))).toBe(3)
  expect(await dueOf(other)).toHaveLength(1)

  await move(gateway, sender, 'resume', 'Selvitetty')
  expect(await dueOf(sender)).toEqual(queued)
  expect(await everything()).toEqual(before)
  const person = await newPerson(gateway)
  expect((await askSigned(gateway, sender, sendMessage(sender, item(person)))).code).toBe(202)
  expect(await dueOf(sender)).toHaveLength(4)
})

test('what a service sent before it was withdrawn is still delivered', async () => {
  const sender = await serviceWithLetters(2)
  await askJoining(gateway, sender, withdraw(sender))
  expect(await dueOf(sender)).toHaveLength(2)
})

test('a suspension is in force at once at another gateway on the same database', async () => {
  const other = await startGateway({ databaseUrl: gateway.databaseUrl })
  const sender = await serviceWithLetters(1)
  const ask = async () =>
    reply('HaeTilaTieto', await post(other, signed(getStatus(sender), sender.identity), { path: SIGNED_PATH }))
  expect((await ask()).code).toBe(0)
  await move(gateway, sender, 'suspend', 'Selvitys kesken')
  expect(await outcomeOf(other, await ask())).toEqual(SUSPENDED)
  await move(gateway, sender, 'resume', 'Selvitetty')
  expect((await ask()).code).toBe(0)
  await other.close()
})

test('a service of the same authority goes on when another one is suspended', async () => {
  const one = await joinedService(gateway)
  const two = await joinedService(gateway, one)
  await move(gateway, one, 'suspend', 'Selvitys kesken')
  expect(await outcomeOf(gateway, await askSigned(gateway, one, getStatus(one)))).toEqual(SUSPENDED)
  expect((await askSigned(gateway, two, getStatus(two))).code).toBe(0)
})
