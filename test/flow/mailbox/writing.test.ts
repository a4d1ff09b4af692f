import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { citizenMessages } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { deliver, deliveriesOf, mail, newKey, write } from '../../support/mailbox.js'
import { newPerson, newSender } from '../../support/requests.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ delivers: true, env: { ASTI_NON_SIGNED: 'anyone' } })
})
afterAll(() => gateway.close())

const returnChannel = { url: 'http://127.0.0.1:9/', generation: 'new' } as const
const found = async (id: string) => {
  const { rows } = await gateway.db.query<{ bucket: number }>('select bucket from citizen_message where id = $1', [id])
  const key = { bucket: rows[0]!.bucket, messageId: id }
  return (await citizenMessages.findCitizenMessage(gateway.db, gateway.runtime.sealer, key))!
}
const reference = (kind: string, id: string): string =>
  `<Viittaus ViittausTunniste="${id}" ViittausTunnisteTyyppi="${kind}"/>`

test('a reply stands in the thread of what it answers, with its delivery to the return channel', async () => {
  const sender = await newSender(gateway, { settings: { replyAllowed: true, returnChannel } })
  const owner = await newPerson(gateway)
  const letter = await deliver(gateway, sender, owner)
  const bytes = Buffer.from('%PDF-1.4 oma liite')
  const answer = await write(gateway, owner, {
    ...{ inReplyTo: letter.id, title: 'Lisäselvitys', body: 'Hei,\nliitteenä.' },
    sender: { name: 'Aino Esimerkki', email: 'aino@posti.example' },
    attachments: [{ name: 'selvitys.pdf', content: bytes.toString('base64') }],
  })
  expect(answer.status).toBe(201)
  expect(answer.json).toMatchObject({ thread: letter.thread, repeated: false, number: expect.stringMatching(/^\d+$/) })
  // A worker may have it in hand already.
  expect(await deliveriesOf(gateway, answer.json.id)).toMatchObject([
    { channel: 'return-channel', purpose: 'citizen-message', environment: 'test', about: null },
  ])
  const message = await found(answer.json.id)
  expect(message).toMatchObject({
    ...{
      authorityId: sender.authorityId,
      serviceId: sender.serviceId,
      environment: 'test',
      number: answer.json.number,
    },
    ...{ serviceName: 'Testipalvelu', settings: { returnChannel }, threadId: letter.thread, authorityReference: null },
    answers: { number: letter.number, reference: letter.reference },
  })
  expect(message.sender.reveal()).toEqual({
    ...{ id: owner, idType: 'SSN', name: 'Aino Esimerkki', email: 'aino@posti.example', phone: null },
  })
  expect(message.content.reveal()).toMatchObject({ title: 'Lisäselvitys', attachments: [{ name: 'selvitys.pdf' }] })
  expect(message.files).toMatchObject([{ mediaType: 'application/pdf', sizeBytes: bytes.length }])

  const shown = await mail(gateway, owner, `/messages/${answer.json.id}`)
  expect(shown.json).toMatchObject({
    ...{ kind: 'sent', title: 'Lisäselvitys', body: 'Hei,\nliitteenä.', delivery: 'waiting', attachmentCount: 1 },
    answers: { number: letter.number },
  })
  const file = await mail(gateway, owner, `/messages/${answer.json.id}/attachments/${shown.json.attachments[0]!.id}`)
  expect(file.bytes.equals(bytes)).toBe(true)
})

test.each(['the number', 'the id that the authority gave it'])(
  'an authority that answers a citizen by %s joins the thread',
  async (by) => {
    const sender = await newSender(gateway, {
      settings: { newMessagesAllowed: true, replyAllowed: true, returnChannel },
    })
    const owner = await newPerson(gateway)
    const { authorityId, serviceId } = sender
    const asked = (
      await write(gateway, owner, { service: { authorityId, serviceId }, title: 'Kysymys', body: 'Milloin?' })
    ).json
    const { bucket, messageId } = await found(asked.id)
    await gateway.db.withTransaction((tx) =>
      citizenMessages.setAuthorityReference(tx, { bucket, messageId }, 'ASIA/77'),
    )
    const viittaus =
      by === 'the number' ? reference('AsiointitiliTunniste', asked.number) : reference('ViranomaisTunniste', 'ASIA/77')
    const first = await deliver(gateway, sender, owner, { viittaus })
    expect(first.thread).toBe(asked.thread)
    const again = await write(gateway, owner, { inReplyTo: first.id, title: 'Kiitos', body: 'Selvä.' })
    expect(again.json.thread).toBe(asked.thread)
    const { threads } = (await mail(gateway, owner, '/threads')).json
    expect(threads).toMatchObject([
      { id: asked.thread, messages: 3, unread: 1, newest: { id: again.json.id, kind: 'sent' } },
    ])
    const listed = (await mail(gateway, owner, `/messages?thread=${asked.thread}`)).json.messages
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([again.json.id, first.id, asked.id])
    // Somebody else's message, and another service's, means nothing.
    const stranger = await newPerson(gateway)
    await expect(deliver(gateway, sender, stranger, { viittaus })).rejects.toThrow('521')
    const other = await newSender(gateway)
    await expect(deliver(gateway, other, owner, { viittaus })).rejects.toThrow('521')
  },
)

test('of twenty posts of one message at once one is stored, and all get the same message', async () => {
  const sender = await newSender(gateway, { settings: { replyAllowed: true, returnChannel } })
  const owner = await newPerson(gateway)
  const { id: inReplyTo } = await deliver(gateway, sender, owner)
  const key = newKey()
  const body = { inReplyTo, title: 'Vastaus', body: 'Kerran', attachments: [{ name: 'a.txt', content: 'SGVp' }] }
  const answers = await Promise.all(Array.from({ length: 20 }, () => write(gateway, owner, body, key)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 201])
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
  const { id } = answers[0]!.json
  expect(await deliveriesOf(gateway, id)).toHaveLength(1)
  expect((await found(id)).files).toHaveLength(1)
  // Also when the service has changed its mind since.
  await gateway.db.query(`update service set settings = '{}' where authority_id = $1`, [sender.authorityId])
  expect((await write(gateway, owner, body, key)).json).toMatchObject({ id, repeated: true })
  // The key is the writer's own.
  const other = await newPerson(gateway)
  expect((await write(gateway, other, body, key)).json).toMatchObject({ code: 'MAILBOX_NOT_FOUND' })
})

test('another message under a used key is refused, whatever differs', async () => {
  const sender = await newSender(gateway, { settings: { newMessagesAllowed: true, returnChannel } })
  const { authorityId, serviceId } = sender
  const owner = await newPerson(gateway)
  const key = newKey()
  const body = {
    service: { authorityId, serviceId },
    title: 'Otsikko',
    body: 'Teksti',
    attachments: [{ name: 'a.txt', content: 'SGVp' }],
  }
  expect((await write(gateway, owner, body, key)).status).toBe(201)
  const others = [
    ...[{ title: 'Muu' }, { body: 'Muu' }, { attachments: [] }, { sender: { name: 'Muu' } }],
    { attachments: [{ name: 'a.txt', content: 'SGVq' }] },
    { service: { authorityId, serviceId: 'muu' } },
  ]
  for (const other of others) {
    const { status, json } = await write(gateway, owner, { ...body, ...other }, key)
    expect([status, json]).toMatchObject([409, { code: 'MAILBOX_KEY_REUSED' }])
  }
})

test('without a return channel a message goes by e-mail, to the address of the service or of the item', async () => {
  const owner = await newPerson(gateway)
  const withAddress = await newSender(gateway, {
    settings: { replyAllowed: true, replyEmail: 'kirjaamo@kunta.example' },
  })
  const first = await deliver(gateway, withAddress, owner)
  const byService = (await write(gateway, owner, { inReplyTo: first.id, title: 'V', body: 'V' })).json
  expect(await deliveriesOf(gateway, byService.id)).toMatchObject([{ channel: 'email', purpose: 'citizen-message' }])
  const without = await newSender(gateway, { settings: { replyAllowed: true } })
  const second = await deliver(gateway, without, owner, { fields: { ViranomaisenEmail: 'virkailija@kunta.example' } })
  const byItem = (await write(gateway, owner, { inReplyTo: second.id, title: 'V', body: 'V' })).json
  expect(await deliveriesOf(gateway, byItem.id)).toMatchObject([{ channel: 'email' }])
  expect((await found(byItem.id)).content.reveal().authorityEmail).toBe('virkailija@kunta.example')
  const third = await deliver(gateway, without, owner)
  const nowhere = await write(gateway, owner, { inReplyTo: third.id, title: 'V', body: 'V' })
  expect([nowhere.status, nowhere.json]).toMatchObject([409, { code: 'MAILBOX_AUTHORITY_UNREACHABLE' }])
})

test('the services that somebody may write to first are those that allow it, are open, and can be reached', async () => {
  const owner = await newPerson(gateway)
  const open = await newSender(gateway, { settings: { newMessagesAllowed: true, replyEmail: 'a@kunta.example' } })
  await newSender(gateway, { settings: { newMessagesAllowed: true } })
  const production = await newSender(gateway, { settings: { newMessagesAllowed: true, returnChannel } })
  const withdrawn = await newSender(gateway, { settings: { newMessagesAllowed: true, returnChannel } })
  await gateway.db.query(`update service set state = 'production' where authority_id = $1`, [production.authorityId])
  await gateway.db.query(`update service set state = 'withdrawn' where authority_id = $1`, [withdrawn.authorityId])
  const { services } = (await mail(gateway, owner, '/services')).json
  const ids = services.map(({ authorityId }: { authorityId: string }) => authorityId)
  expect(ids).toContain(open.authorityId)
  for (const one of [production, withdrawn]) expect(ids).not.toContain(one.authorityId)
  for (const { serviceId, authorityId } of services)
    expect((await write(gateway, owner, { service: { authorityId, serviceId }, title: 'V', body: 'V' })).status).toBe(
      201,
    )
})
