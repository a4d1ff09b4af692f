import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, testDataDir, type TestGateway } from '../../support/gateway.js'
import {
  deliver,
  mail,
  mailboxToken,
  newKey,
  pdf,
  write,
  type Delivered,
  type MailCall,
} from '../../support/mailbox.js'
import { newPerson, newSender, type Sender } from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
/** whose mailbox it is, and somebody who has none of it */
let owner: string
let stranger: string
let letter: Delivered
let verifiable: Delivered
let own: { id: string; thread: string }
let attachment: string

const secrets = {
  title: 'Otsikko-7391',
  text: 'Luottamuksellinen-teksti-2204',
  file: 'paatos-9951.pdf',
  ownTitle: 'Oma-otsikko-1187',
  ownText: 'Oma-teksti-6642',
  ownFile: 'oma-liite-3305.pdf',
  name: 'Lahettaja-Nimi-8172',
  email: 'osoite5128@posti.example',
  phone: '+358409876543',
}

beforeAll(async () => {
  gateway = await startGateway({ delivers: true, env: { ASTI_NON_SIGNED: 'anyone', LOG_LEVEL: 'debug' } })
  const returnChannel = { url: 'http://127.0.0.1:9/', generation: 'new' } as const
  sender = await newSender(gateway, { settings: { replyAllowed: true, newMessagesAllowed: true, returnChannel } })
  owner = await newPerson(gateway)
  stranger = await newPerson(gateway)
  const fields = { Nimeke: secrets.title, KuvausTeksti: secrets.text }
  letter = await deliver(gateway, sender, owner, { fields, files: [pdf(secrets.file, Buffer.from('%PDF-1.4 x'))] })
  verifiable = await deliver(gateway, sender, owner, { fields: { ...fields, VahvistusVaatimus: '1' } })
  const written = await write(gateway, owner, {
    ...{ inReplyTo: letter.id, title: secrets.ownTitle, body: secrets.ownText },
    sender: { name: secrets.name, email: secrets.email, phone: secrets.phone },
    attachments: [{ name: secrets.ownFile, content: Buffer.from('%PDF-1.4 oma').toString('base64') }],
  })
  own = written.json
  await mail(gateway, owner, '/account', {
    method: 'PUT',
    body: {
      ...{ state: 'active', language: 'fi', email: secrets.email, phone: secrets.phone },
      ...{ wantsEmail: true, wantsSms: false },
    },
  })
  attachment = (await mail(gateway, owner, `/messages/${own.id}`)).json.attachments[0]!.id
})
afterAll(() => gateway.close())

/** Every route that names something of the owner's, as the owner would call it. */
const calls = (): [string, MailCall][] => [
  [`/messages/${letter.id}`, {}],
  [`/messages/${letter.id}/history`, {}],
  [`/messages/${verifiable.id}`, {}],
  [`/messages/${verifiable.id}/acknowledge`, { method: 'POST' }],
  [`/messages/${own.id}`, {}],
  [`/messages/${own.id}/history`, {}],
  [`/messages/${own.id}/acknowledge`, { method: 'POST' }],
  [`/messages/${own.id}/attachments/${attachment}`, {}],
  [`/messages/${letter.id}/attachments/${attachment}`, {}],
  [
    '/messages',
    {
      method: 'POST',
      body: { inReplyTo: letter.id, title: 'V', body: 'V' },
      headers: { 'idempotency-key': newKey() },
    },
  ],
  ['/messages', {}],
  ['/threads', {}],
  [`/messages?thread=${letter.thread}`, {}],
  [`/messages?before=${letter.id}`, {}],
  [`/threads?before=${letter.id}`, {}],
]

const withoutIds = (bytes: Buffer, headers: Headers): string =>
  bytes.toString('utf8').replaceAll(headers.get('x-trace-id')!, 'TRACE')

test('for anybody else every route behaves as if nothing of it existed', async () => {
  const nothing = '00000000-0000-7000-8000-000000000000'
  for (const [path, call] of calls()) {
    const theirs = await mail(gateway, stranger, path, call)
    // The same call about ids that nobody has.
    const ids = new RegExp([letter.id, verifiable.id, own.id, attachment, letter.thread].join('|'), 'g')
    const body =
      call.body === undefined ? {} : { body: JSON.parse(JSON.stringify(call.body).replace(ids, nothing)) as object }
    const none = await mail(gateway, stranger, path.replace(ids, nothing), { ...call, ...body })
    expect([path, theirs.status, withoutIds(theirs.bytes, theirs.headers)]).toEqual([
      ...[path, none.status, withoutIds(none.bytes, none.headers)],
    ])
    if (path.startsWith('/messages/') || call.method === 'POST') expect([path, theirs.status]).toEqual([path, 404])
    else expect(theirs.json).toMatchObject({ next: null })
  }
  const { json } = await mail(gateway, owner, '/messages')
  expect(json.unread).toBe(2)
  expect(json.messages).toMatchObject([{ kind: 'sent' }, { state: 200 }, { state: 200 }])
})

test('a key that somebody has used is free for everybody else', async () => {
  const key = newKey()
  const { authorityId, serviceId } = sender
  const body = { service: { authorityId, serviceId }, title: 'Sama', body: 'Sama' }
  const [first, second] = [await write(gateway, owner, body, key), await write(gateway, stranger, body, key)]
  expect([first.status, second.status]).toEqual([201, 201])
  expect(first.json.id).not.toBe(second.json.id)
})

test('nothing of a person or a message is in the log or in plain text in the database', async () => {
  for (const [path, call] of calls()) await mail(gateway, owner, path, call)
  // What is refused must not leak either.
  for (const body of [
    `{"title":"${secrets.ownTitle}`,
    { [secrets.ownTitle]: owner },
    { title: owner, body: secrets.ownText, inReplyTo: owner },
  ]) {
    const answer = await mail(gateway, owner, '/messages', {
      method: 'POST',
      body,
      headers: { 'idempotency-key': `${owner}-${secrets.ownText}` },
    })
    expect(answer.status).toBe(400)
    for (const hidden of [owner, ...Object.values(secrets)])
      expect(answer.bytes.toString().includes(hidden)).toBe(false)
  }
  await mail(gateway, owner, `/messages/${owner}?${secrets.title}=${owner}`)
  await mail(gateway, `${owner}!${secrets.name}`, '/account')
  const log = gateway.logged()
  expect(log).toMatch(/mailbox\.answered/)
  for (const hidden of [owner, mailboxToken(), ...Object.values(secrets)])
    expect([hidden === owner, log.includes(hidden)]).toEqual([hidden === owner, false])
  const { rows: tables } = await gateway.db.query<{ name: string }>(
    `select format('%I', tablename) as name from pg_tables where schemaname = 'public'`,
  )
  for (const { name } of tables) {
    const { rows } = await gateway.db.query<{ row: string }>(`select t::text as row from ${name} t`)
    const text = rows.map(({ row }) => row).join('\n')
    for (const hidden of [owner, ...Object.values(secrets)]) {
      const inHex = Buffer.from(hidden).toString('hex')
      expect([name, text.includes(hidden), text.includes(inHex)]).toEqual([name, false, false])
    }
  }
})

test('production has no mailbox API without a token, and the sandbox has made one of its own', async () => {
  expect(readFileSync(join(testDataDir, 'keys', 'mailbox.token'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  const key = (name: string): string => join(testDataDir, 'keys', name)
  const env = {
    ASTI_MODE: 'production',
    ASTI_PUBLIC_URL: 'https://gateway.example.fi',
    ASTI_IDENTITY_KEY_FILE: key('identity.key'),
    ASTI_SEALING_KEY_FILES: key('sealing.key'),
    ASTI_SIGNING_KEY_FILE: key('gateway.key.pem'),
    ASTI_SIGNING_CERTIFICATE_FILE: key('gateway.crt.pem'),
  }
  const closed = await startGateway({ databaseUrl: gateway.databaseUrl, env })
  const open = await startGateway({
    databaseUrl: gateway.databaseUrl,
    env: { ...env, ASTI_MAILBOX_TOKEN: 'a'.repeat(40) },
  })
  try {
    for (const path of ['/account', '/messages']) expect((await mail(closed, owner, path)).status).toBe(404)
    expect((await mail(open, owner, '/messages')).status).toBe(401)
    expect(
      (await mail(open, owner, '/messages', { headers: { authorization: `Bearer ${'a'.repeat(40)}` } })).status,
    ).toBe(200)
  } finally {
    await closed.close()
    await open.close()
  }
})
