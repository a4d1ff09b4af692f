import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { deliver, deliveriesOf, mail, newKey, pdf, write } from '../../support/mailbox.js'
import { newPerson, newSender, type Sender } from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
const verifiable = { VahvistusVaatimus: '1' }
beforeAll(async () => {
  gateway = await startGateway({ delivers: true, env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway, {
    settings: { replyAllowed: true, returnChannel: { url: 'http://127.0.0.1:9/', generation: 'new' } },
  })
})
afterAll(() => gateway.close())

const acknowledge = (owner: string, id: string) =>
  mail(gateway, owner, `/messages/${id}/acknowledge`, { method: 'POST' })
const attachmentOf = async (id: string): Promise<string> => {
  const { rows } = await gateway.db.query<{ id: string }>(
    'select a.id from attachment a join message m on m.bucket = a.bucket and m.item_id = a.item_id where m.id = $1',
    [id],
  )
  return rows[0]!.id
}

test('a message that has to be acknowledged shows sender and title, and nothing more, until it is', async () => {
  const owner = await newPerson(gateway)
  const secret = 'Todisteellinen sisältö'
  const { id } = await deliver(gateway, sender, owner, {
    fields: { ...verifiable, LahettajaNimi: 'Kirjaamo', KuvausTeksti: secret, AsiaNumero: 'D/1' },
    files: [pdf('salainen.pdf', Buffer.from('%PDF-1.4 x'))],
  })
  const closed = await mail(gateway, owner, `/messages/${id}`)
  expect(closed.json).toMatchObject({
    ...{ title: 'Päätös', senderName: 'Kirjaamo', state: 200, requiresAcknowledgement: true },
    ...{ withheld: true, body: null, caseNumber: null, attachments: [], attachmentCount: null },
  })
  const list = await mail(gateway, owner, '/messages')
  for (const { bytes } of [closed, list])
    for (const hidden of [secret, 'salainen.pdf', 'D/1']) expect(bytes.toString()).not.toContain(hidden)
  const taken = await mail(gateway, owner, `/messages/${id}/attachments/${await attachmentOf(id)}`)
  expect([taken.status, taken.json]).toMatchObject([409, { code: 'MAILBOX_ACKNOWLEDGEMENT_NEEDED' }])
  const reply = await write(gateway, owner, { inReplyTo: id, title: 'Vastaus', body: 'Ok' }, newKey())
  expect([reply.status, reply.json]).toMatchObject([409, { code: 'MAILBOX_ACKNOWLEDGEMENT_NEEDED' }])
  expect((await mail(gateway, owner, `/messages/${id}/history`)).json.history).toMatchObject([
    { state: 202 },
    { state: 200 },
  ])

  const opened = await acknowledge(owner, id)
  expect(opened.json).toMatchObject({ state: 230, withheld: false, body: secret, attachmentCount: 1 })
  const file = await mail(gateway, owner, `/messages/${id}/attachments/${opened.json.attachments[0]!.id}`)
  expect(file.bytes.toString()).toBe('%PDF-1.4 x')
  expect((await mail(gateway, owner, `/messages/${id}`)).json).toMatchObject({ state: 230, body: secret })
})

test('of twenty acknowledgements at once one counts, all are answered alike, and one report leaves', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner, { fields: verifiable })
  const answers = await Promise.all(Array.from({ length: 20 }, () => acknowledge(owner, id)))
  expect(answers.map(({ status, json }) => [status, json.state])).toEqual(Array(20).fill([200, 230]))
  const { history } = (await mail(gateway, owner, `/messages/${id}/history`)).json
  expect(history.map(({ state }: { state: number }) => state)).toEqual([200, 230])
  const reports = (await deliveriesOf(gateway, id)).filter(({ purpose }) => purpose === 'state')
  expect(reports.map(({ about }) => (about as { state: number }).state)).toEqual([230])
  expect((await mail(gateway, owner, '/messages')).json.unread).toBe(0)
})

test('a message that asks for no acknowledgement takes none, and stays unread', async () => {
  const owner = await newPerson(gateway)
  const { id } = await deliver(gateway, sender, owner)
  const answer = await acknowledge(owner, id)
  expect([answer.status, answer.json]).toMatchObject([409, { code: 'MAILBOX_ACKNOWLEDGEMENT_NOT_ASKED' }])
  expect((await mail(gateway, owner, '/messages')).json.messages).toMatchObject([{ state: 200 }])
})
