import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { deliver, deliveriesOf, mail, pdf, type MailReply } from '../../support/mailbox.js'
import { addItems, ask, file, item, newPerson, newReference, newSender, type Sender } from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
beforeAll(async () => {
  gateway = await startGateway({ delivers: true, env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway, {
    settings: { receipts: 'all', returnChannel: { url: 'http://127.0.0.1:9/', generation: 'new' } },
  })
})
afterAll(() => gateway.close())

const statesOf = async (owner: string, id: string): Promise<number[]> => {
  const { json } = await mail(gateway, owner, `/messages/${id}/history`)
  return json.history.map(({ state }) => state)
}
const reportsOf = async (id: string): Promise<unknown[]> =>
  (await deliveriesOf(gateway, id))
    .filter(({ purpose }) => purpose === 'state')
    .map(({ about }) => (about as { state: number }).state)

test('a new message is listed with its sender and title, and counted as unread', async () => {
  const owner = await newPerson(gateway)
  const { id, number, thread } = await deliver(gateway, sender, owner, { fields: { LahettajaNimi: 'Kirjaamo' } })
  const list = await mail(gateway, owner, '/messages')
  expect(list.status).toBe(200)
  expect(list.headers.get('cache-control')).toBe('no-store')
  expect(list.json).toEqual({
    unread: 1,
    next: null,
    messages: [
      {
        ...{ id, number, thread, kind: 'received', title: 'Päätös', senderName: 'Kirjaamo', state: 200 },
        ...{ requiresAcknowledgement: false, attachmentCount: 0, at: expect.any(String) },
        service: { ...idsOf(sender), authorityName: 'Testipalvelu', serviceName: 'Testipalvelu' },
      },
    ],
  })
})
const idsOf = ({ authorityId, serviceId }: Sender) => ({ authorityId, serviceId })

test('opening a message shows it and makes it read, which its authority is told of', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner)
  const opened = await mail(gateway, owner, `/messages/${id}`)
  expect(opened.json).toMatchObject({ id, state: 220, body: 'Liitteenä on päätös.', withheld: false, attachments: [] })
  expect(opened.json.sentAt).toBe('2026-03-04T10:00:00.000Z')
  expect((await mail(gateway, owner, '/messages')).json.unread).toBe(0)
  expect(await statesOf(owner, id)).toEqual([200, 220])
  expect(await reportsOf(id)).toContain(220)
})

test('of twenty who open a message at once one makes it read', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner)
  const opened = await Promise.all(Array.from({ length: 20 }, () => mail(gateway, owner, `/messages/${id}`)))
  expect(opened.map(({ status, json }) => [status, json.state])).toEqual(Array(20).fill([200, 220]))
  expect(await statesOf(owner, id)).toEqual([200, 220])
  expect(await reportsOf(id)).toEqual([220])
})

test('looking at lists and history reads nothing', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner)
  for (const path of ['/messages', '/threads', `/messages/${id}/history`, '/account', '/services'])
    expect((await mail(gateway, owner, path)).status).toBe(200)
  expect(await statesOf(owner, id)).toEqual([200])
})

test('an attachment comes as it was sent, as a file to be saved, and taking it is reading', async () => {
  const owner = await newPerson(gateway)
  const content = Buffer.concat([Buffer.from('%PDF-1.4 '), Buffer.alloc(700_000, 7)])
  const { id } = await deliver(gateway, sender, owner, { files: [pdf('Päätös "liite".pdf', content)] })
  const { messages } = (await mail(gateway, owner, '/messages')).json
  expect(messages[0]).toMatchObject({ attachmentCount: 1, state: 200 })
  const { rows } = await gateway.db.query<{ id: string }>(
    'select a.id from attachment a join message m on m.bucket = a.bucket and m.item_id = a.item_id where m.id = $1',
    [id],
  )
  const taken = await mail(gateway, owner, `/messages/${id}/attachments/${rows[0]!.id}`)
  expect(taken.status).toBe(200)
  expect(taken.bytes.equals(content)).toBe(true)
  expect(Object.fromEntries(taken.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': String(content.length),
    'content-disposition': `attachment; filename="P__t_s _liite_.pdf"; filename*=UTF-8''P%C3%A4%C3%A4t%C3%B6s%20%22liite%22.pdf`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  expect(await statesOf(owner, id)).toEqual([202, 200, 220])
  const { json } = await mail(gateway, owner, `/messages/${id}`)
  expect(json.attachments).toEqual([
    {
      ...{ kind: 'file', id: rows[0]!.id, name: 'Päätös "liite".pdf', caption: null, infected: false },
      ...{ mediaType: 'application/pdf', sizeBytes: content.length },
    },
  ])
})

test('a link is shown, and is no file to be fetched here', async () => {
  const owner = await newPerson(gateway)
  const link = file({
    TiedostoSisalto: undefined,
    TiedostoMuoto: 'text/url',
    TiedostoNimi: 'Lomake',
    TiedostoURL: 'https://kunta.example/lomake',
  })
  const { id } = await deliver(gateway, sender, owner, { files: [link] })
  const { json } = await mail(gateway, owner, `/messages/${id}`)
  expect(json.attachments).toEqual([
    { kind: 'link', name: 'Lomake', caption: null, url: 'https://kunta.example/lomake' },
  ])
})

test('damaged bytes never arrive whole, and the log says so', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner, {
    files: [pdf('a.pdf', Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(600_000, 1)]))],
  })
  const { json } = await mail(gateway, owner, `/messages/${id}`)
  await gateway.db.query(
    `update attachment_data set body = overlay(body placing '\\x00' from 9) where attachment_id = $1 and seq = 1`,
    [json.attachments[0]!.id],
  )
  await expect(mail(gateway, owner, `/messages/${id}/attachments/${json.attachments[0]!.id}`)).rejects.toThrow()
  expect(gateway.logged()).toMatch(/attachment\.not-sent[^\n]*ATTACHMENT_DAMAGED/)
  const small = await deliver(gateway, sender, owner, { files: [pdf('b.pdf', Buffer.from('%PDF-1.4 lyhyt'))] })
  const [only] = (await mail(gateway, owner, `/messages/${small.id}`)).json.attachments
  await gateway.db.query(`update attachment_data set body = '\\x00' where attachment_id = $1`, [only!.id])
  const refused = await mail(gateway, owner, `/messages/${small.id}/attachments/${only!.id}`)
  expect([refused.status, refused.json]).toMatchObject([500, { code: 'INTERNAL' }])
})

test('an attachment that a virus was found in is not handed out', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner, { files: [pdf('a.pdf', Buffer.from('%PDF-1.4 x'))] })
  const [only] = (await mail(gateway, owner, `/messages/${id}`)).json.attachments
  await gateway.db.query(`update attachment set scan = 'found' where id = $1`, [only!.id])
  const refused = await mail(gateway, owner, `/messages/${id}/attachments/${only!.id}`)
  expect([refused.status, refused.json]).toMatchObject([403, { code: 'MAILBOX_ATTACHMENT_INFECTED' }])
  expect((await mail(gateway, owner, `/messages/${id}`)).json.attachments).toMatchObject([{ infected: true }])
})

test('what is queued or has failed is not there', async () => {
  const waiting = await startGateway({ databaseUrl: gateway.databaseUrl, env: { ASTI_NON_SIGNED: 'anyone' } })
  try {
    const owner = await newPerson(gateway)
    await gateway.db.query(
      `insert into pause (id, channel, reason, created_by) values (gen_random_uuid(), 'mailbox', 'koe', 'koe')`,
    )
    const reference = newReference()
    await ask(waiting, addItems(sender, item(owner, { ViranomaisTunniste: reference, Tiedostot: file() })))
    const { rows } = await gateway.db.query<{ id: string; bucket: number }>(
      `select m.id, m.bucket from message m join item i on i.bucket = m.bucket and i.id = m.item_id where i.reference = $1`,
      [reference],
    )
    const isGone = async (): Promise<void> => {
      expect((await mail(gateway, owner, '/messages')).json).toEqual({ messages: [], unread: 0, next: null })
      expect((await mail(gateway, owner, '/threads')).json).toEqual({ threads: [], next: null })
      for (const path of ['', '/history']) {
        const { status, json } = await mail(gateway, owner, `/messages/${rows[0]!.id}${path}`)
        expect([status, json]).toMatchObject([404, { code: 'MAILBOX_NOT_FOUND' }])
      }
    }
    await isGone()
    await gateway.db.query('update message set state = 523 where bucket = $1 and id = $2', [
      rows[0]!.bucket,
      rows[0]!.id,
    ])
    await isGone()
  } finally {
    await gateway.db.query('delete from pause')
    await waiting.close()
  }
})

test('lists are handed out in parts, newest first, none twice and none left out', async () => {
  const owner = await newPerson(gateway)
  const sent: string[] = []
  for (let i = 0; i < 7; i++) sent.push((await deliver(gateway, sender, owner)).id)
  for (const [path, key] of [
    ['/messages', 'messages'],
    ['/threads', 'threads'],
  ] as const) {
    const seen: string[] = []
    const sizes: number[] = []
    let before: string | null = null
    do {
      const { json }: MailReply = await mail(
        gateway,
        owner,
        `${path}?limit=3${before === null ? '' : `&before=${before}`}`,
      )
      seen.push(...json[key].map(({ id }) => id))
      sizes.push(json[key].length)
      before = json.next
    } while (before !== null)
    expect(seen).toEqual([...sent].reverse())
    expect(sizes).toEqual([3, 3, 1])
  }
})
