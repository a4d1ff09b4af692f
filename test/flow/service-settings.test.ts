import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { operators } from '../../src/operations/index.js'
import { verifySigned } from '../support/clients/index.js'
import { pdfOf, png } from '../support/files.js'
import { cloneDatabase, startGateway, type TestGateway } from '../support/gateway.js'
import { actingOn, move, serviceId } from '../support/joining.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  faultOf,
  file,
  getStatus,
  item,
  newPerson,
  newSender,
  party,
  payload,
  plainStyle,
  post,
  postalAddress,
  queryCustomers,
  sendMessage,
  type Reply,
  type Sender,
  unsigned,
} from '../support/requests.js'

/** Settings are changed with one of two gateways on one database, and asked after at the other. */
let database: Awaited<ReturnType<typeof cloneDatabase>>
let here: TestGateway
let there: TestGateway
let person: string

const ATTACHMENT_LIMIT = 1_000
const REQUEST_LIMIT = 32 * 1024
const env = {
  ASTI_NON_SIGNED: 'anyone',
  ASTI_MAX_ATTACHMENT_BYTES: String(ATTACHMENT_LIMIT),
  ASTI_MAX_REQUEST_BYTES: String(REQUEST_LIMIT),
}

beforeAll(async () => {
  database = await cloneDatabase()
  here = await startGateway({ databaseUrl: database.url, env })
  there = await startGateway({ databaseUrl: database.url, env })
  person = await newPerson(here)
})
afterAll(async () => {
  await here.close()
  await there.close()
  await database.drop()
})

const change = (sender: Sender, settings: Record<string, unknown>) =>
  operators.changeServiceSettings(actingOn(here), { service: serviceId(sender), actor: 'aino', settings })

/** Code on the wire and code in the message log. */
async function told(answer: Pick<Reply, 'code' | 'traceId'>): Promise<[number | null, string | null]> {
  return [answer.code, (await there.submission(answer.traceId))!.code]
}

const listAll = (sender: Sender): string =>
  payload('HaeAsiakkaita', `${party(sender)}<Kysely><KyselyLaji>Kaikki</KyselyLaji></Kysely>`)
const attached = (sizeBytes: number, type = 'application/pdf', name = 'paatos.pdf'): string => {
  const TiedostoSisalto = (type === 'image/png' ? png : pdfOf(sizeBytes)).toString('base64')
  return item(person, { Tiedostot: file({ TiedostoSisalto, TiedostoMuoto: type, TiedostoNimi: name }) })
}
const addItem = async (sender: Sender, one: string): Promise<number[]> =>
  (await ask(there, addItems(sender, one))).itemCodes

describe('the next request on another process obeys', () => {
  test('which operations the service may call', async () => {
    const sender = await newSender(here)
    const askAll = async () => [
      await told(await ask(there, getStatus(sender))),
      await told(await ask(there, queryCustomers(sender, person))),
      await told(await ask(there, addItems(sender, item(person)))),
      await told(await ask(there, sendMessage(sender, item(person)))),
    ]
    const [refused, usual] = [[405, 'OPERATION_NOT_ALLOWED'], await askAll()]
    expect(usual.map(([, code]) => code)).toEqual([null, null, null, null])
    await change(sender, { operations: ['getServiceStatus', 'addItems'] })
    expect(await askAll()).toEqual([usual[0], refused, usual[2], refused])
    await change(sender, { operations: ['sendMessage'] })
    expect(await askAll()).toEqual([refused, refused, refused, usual[3]])
    await change(sender, { operations: null })
    expect(await askAll()).toEqual(usual)
  })

  test('whether it may list all accounts', async () => {
    const sender = await newSender(here)
    const refused = [405, 'OPERATION_NOT_ALLOWED']
    expect(await told(await ask(there, listAll(sender)))).toEqual(refused)
    await change(sender, { mayListAccounts: true })
    const { code, items } = await ask(there, listAll(sender))
    expect([code, items!.map(({ recipientId }) => recipientId).includes(person)]).toEqual([0, true])
    await change(sender, { mayListAccounts: false })
    expect(await told(await ask(there, listAll(sender)))).toEqual(refused)
  })

  test('whether SHA-1 is accepted of it', async () => {
    const sender = await newSender(here)
    const sign = async (hash: 'sha1' | 'sha256') =>
      told(await askSigned(there, sender, getStatus(sender), { style: plainStyle({ hash }) }))
    expect(await sign('sha1')).toEqual([0, null])
    await change(sender, { sha1: 'refused' })
    expect([await sign('sha1'), await sign('sha256')]).toEqual([
      [406, 'ALGORITHM_REFUSED'],
      [0, null],
    ])
    await change(sender, { sha1: null })
    expect(await sign('sha1')).toEqual([0, null])
  })

  test('what is signed in answers to it', async () => {
    const sender = await newSender(here)
    const parts = async (): Promise<string[]> => {
      const { body } = await askSigned(there, sender, getStatus(sender))
      return body.includes('Security') ? [...verifySigned(body).signedParts].sort() : []
    }
    expect(await parts()).toEqual(['Body'])
    await change(sender, { responseSecurity: 'signature+timestamp' })
    expect(await parts()).toEqual(['Body', 'Timestamp'])
    await change(sender, { responseSecurity: 'none' })
    expect(await parts()).toEqual([])
    await change(sender, { responseSecurity: null })
    expect(await parts()).toEqual(['Body'])
  })

  test('whether items are only taken, and answered for later', async () => {
    const sender = await newSender(here)
    expect(await addItem(sender, item(person))).toEqual([200])
    await change(sender, { addItemsAnswers: 'queued' })
    expect(await addItem(sender, item(person))).toEqual([202])
    await change(sender, { addItemsAnswers: null })
    expect(await addItem(sender, item(person))).toEqual([200])
  })

  test('how large its requests may be, never above the limit of the installation', async () => {
    const sender = await newSender(here)
    const [small, middle, large] = [0, 8, 40].map((kib) => `${getStatus(sender)}<!--${'x'.repeat(kib * 1024)}-->`)
    const askEach = async () => [
      await told(await ask(there, small!)),
      await told(await ask(there, middle!)),
      (await post(there, unsigned(large!))).status,
    ]
    const [taken, refused] = [
      [0, null],
      [400, 'REQUEST_TOO_LARGE'],
    ]
    const usual = await askEach()
    expect(usual.slice(0, 2)).toEqual([taken, taken])
    const refusedByAll = usual[2]!
    await change(sender, { maxRequestBytes: 4096 })
    expect(await askEach()).toEqual([taken, refused, refusedByAll])
    await change(sender, { maxRequestBytes: 1024 * 1024 })
    expect(await askEach()).toEqual([taken, taken, refusedByAll])
    expect((await ask(there, large!)).code).toBe(400)
    await change(sender, { maxRequestBytes: null })
    expect(await askEach()).toEqual(usual)
  })

  test('how large its attachments may be, never above the limit of the installation', async () => {
    const sender = await newSender(here)
    const sizes = async () => [
      ...(await addItem(sender, attached(10))),
      ...(await addItem(sender, attached(500))),
      ...(await addItem(sender, attached(ATTACHMENT_LIMIT + 1))),
      (await ask(there, sendMessage(sender, attached(500)))).code,
    ]
    expect(await sizes()).toEqual([202, 202, 529, 202])
    await change(sender, { maxAttachmentBytes: 499 })
    expect(await sizes()).toEqual([202, 529, 529, 525])
    await change(sender, { maxAttachmentBytes: 1024 * 1024 })
    expect(await sizes()).toEqual([202, 202, 529, 202])
    await change(sender, { maxAttachmentBytes: null })
    expect(await sizes()).toEqual([202, 202, 529, 202])
  })

  test('which attachments it may send, never more than the installation accepts', async () => {
    const sender = await newSender(here)
    const types = async () => [
      ...(await addItem(sender, attached(10))),
      ...(await addItem(sender, attached(10, 'image/png', 'kuva.png'))),
      ...(await addItem(sender, attached(10, 'text/html', 'sivu.html'))),
      (await ask(there, sendMessage(sender, attached(10)))).code,
    ]
    const usual = [202, 202, 528, 202]
    expect(await types()).toEqual(usual)
    await change(sender, { attachmentTypes: ['image/png', 'text/html'] })
    expect(await types()).toEqual([528, 202, 528, 525])
    await change(sender, { attachmentTypes: ['text/html'] })
    expect(await types()).toEqual([528, 528, 528, 525])
    await change(sender, { attachmentTypes: null })
    expect(await types()).toEqual(usual)
  })

  test('how many requests it may send in a minute', async () => {
    const [sender, other] = [await newSender(here), await newSender(here)]
    const statuses = async (of: Sender, count: number) => {
      const list = []
      for (let n = 0; n < count; n++) list.push((await post(there, unsigned(getStatus(of)))).status)
      return list
    }
    expect(await statuses(sender, 2)).toEqual([200, 200])
    await change(sender, { requestsPerMinute: 3 })
    // Requests are counted where there is a limit, from then on or from before.
    const limited = await statuses(sender, 4)
    expect([limited.at(0), limited.at(-1)]).toEqual([200, 503])
    expect(faultOf(await post(there, unsigned(getStatus(sender))))).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await statuses(other, 4)).toEqual([200, 200, 200, 200])
    await change(sender, { requestsPerMinute: 0 })
    expect(await statuses(sender, 2)).toEqual([200, 200])
    await change(sender, { requestsPerMinute: null })
    expect(await statuses(sender, 2)).toEqual([200, 200])
  })

  test('who pays for its paper, when the letter does not say', async () => {
    const sender = await newSender(here)
    const letter = async (): Promise<number | null> => {
      const to = await newPerson(here, 'none')
      return (await ask(there, sendMessage(sender, item(customer(to, postalAddress)), { LahetaTulostukseen: 'true' })))
        .code
    }
    expect(await letter()).toBe(525)
    await change(sender, { billing: { id: 'ABC123', password: null, costCentre: null } })
    expect(await letter()).toBe(202)
    await change(sender, { billing: null })
    expect(await letter()).toBe(525)
  })

  test('that it is suspended, and that it is no longer', async () => {
    const sender = await newSender(here)
    const askTwice = async () => [
      await told(await askSigned(there, sender, getStatus(sender))),
      await told(await ask(there, sendMessage(sender, item(person)))),
    ]
    const usual = await askTwice()
    expect(usual.map(([, code]) => code)).toEqual([null, null])
    await move(here, sender, 'suspend', 'a leak')
    expect(await askTwice()).toEqual([
      [405, 'SERVICE_SUSPENDED'],
      [405, 'SERVICE_SUSPENDED'],
    ])
    await move(here, sender, 'resume', 'mended')
    expect(await askTwice()).toEqual(usual)
  })
})
