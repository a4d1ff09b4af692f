import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { services } from '../../../src/store/index.js'
import { artificialBusinessId } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { deliver, mail, mailboxToken, newKey, write, type MailReply } from '../../support/mailbox.js'
import { eventually } from '../../support/queue.js'
import { newPerson, newSender, type Sender } from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let owner: string
beforeAll(async () => {
  gateway = await startGateway({
    delivers: true,
    env: { ASTI_NON_SIGNED: 'anyone', ASTI_MAX_REQUEST_BYTES: '200 KiB', ASTI_MAX_ATTACHMENT_BYTES: '10 KiB' },
  })
  const returnChannel = { url: 'http://127.0.0.1:9/', generation: 'new' } as const
  sender = await newSender(gateway, { settings: { replyAllowed: true, newMessagesAllowed: true, returnChannel } })
  owner = await newPerson(gateway)
})
afterAll(() => gateway.close())

const said = ({ status, headers, json }: MailReply) => {
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(json).toMatchObject({ type: 'about:blank', status, traceId: headers.get('x-trace-id') })
  return [status, json.code]
}

test('without the token nothing is told, not even whether an address exists', async () => {
  for (const authorization of [
    undefined,
    'Bearer',
    'Bearer wrong',
    `Basic ${mailboxToken()}`,
    `Bearer ${mailboxToken()}x`,
  ])
    for (const path of ['/account', '/messages', '/messages/01a22d9c-7bd1-7b38-bdf5-c23ff6cfbccc']) {
      const answer = await mail(gateway, owner, path, { headers: { authorization } })
      expect(said(answer)).toEqual([401, 'MAILBOX_TOKEN_WRONG'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  const posted = await mail(gateway, owner, '/messages', {
    method: 'POST',
    body: {},
    headers: { authorization: 'Bearer x' },
  })
  expect(said(posted)).toEqual([401, 'MAILBOX_TOKEN_WRONG'])
})

test('without an owner, or with one that is no id, nothing is done', async () => {
  for (const header of [undefined, '', 'a b', 'x'.repeat(21), '010190-900P, 150585-901P', "1' or '1"])
    expect(said(await mail(gateway, owner, '/messages', { headers: { 'x-mailbox-owner': header } }))).toEqual([
      400,
      'MAILBOX_OWNER_INVALID',
    ])
})

test('queries and ids that no schema knows are refused, by their place', async () => {
  const cases = [
    ['/messages?limit=0', '/querystring/limit'],
    ['/messages?limit=101', '/querystring/limit'],
    ['/messages?limit=1&limit=2', '/querystring/limit'],
    ['/messages?before=x', '/querystring/before'],
    ['/messages?thread=1', '/querystring/thread'],
    ['/threads?all=1', '/querystring'],
    ['/account?x=1', '/querystring'],
    ['/messages/1', '/params/id'],
    ['/messages/1/attachments/2', '/params/id'],
  ] as const
  for (const [path, field] of cases) {
    const answer = await mail(gateway, owner, path)
    expect([path, said(answer), answer.json.fields]).toEqual([path, [400, 'MAILBOX_REQUEST_INVALID'], [field]])
  }
})

const usual = { state: 'active', language: 'sv', email: null, phone: null, wantsEmail: false, wantsSms: false }
const put = (who: string, body: unknown) => mail(gateway, who, '/account', { method: 'PUT', body })

test('an account is written as a whole, and read as it was written', async () => {
  const who = await newPerson(gateway)
  expect((await mail(gateway, who, '/account')).json).toMatchObject({ ...usual, language: 'fi' })
  const wanted = { ...usual, email: 'aino@posti.example', phone: '+358401234567', wantsEmail: true, wantsSms: true }
  expect((await put(who, wanted)).json).toMatchObject(wanted)
  expect((await mail(gateway, who, '/account')).json).toMatchObject(wanted)
  expect((await put(who, { ...usual, state: 'passive' })).json).toMatchObject({ ...usual, state: 'passive' })
  const { rows } = await gateway.db.query<{ subject: object }>(
    `select subject from audit where actor = 'mailbox-api' and subject ->> 'ownerHash' = $1`,
    [gateway.runtime.sealer.hashId(who).toString('hex')],
  )
  expect(rows).toMatchObject([{ subject: { before: 'active', state: 'passive' } }])
})

test('an account that is wrong anywhere is refused, and nothing of it is written', async () => {
  const wrong: [object | string, string][] = [
    ...[
      { state: 'closed' },
      { language: 'de' },
      { wantsEmail: 'true' },
      { email: 'a@b' },
      { email: 'a@b.c\nBcc: d@e.f' },
    ].map((one): [object, string] => [{ ...usual, ...one }, 'MAILBOX_REQUEST_INVALID']),
    ...[{ phone: '0401234567' }, { more: 1 }].map((one): [object, string] => [
      { ...usual, ...one },
      'MAILBOX_REQUEST_INVALID',
    ]),
    [{ state: 'active' }, 'MAILBOX_REQUEST_INVALID'],
    ['{"state":', 'MAILBOX_REQUEST_INVALID'],
    ['[]', 'MAILBOX_REQUEST_INVALID'],
    ['{"__proto__": {}}', 'MAILBOX_REQUEST_INVALID'],
    [{ ...usual, wantsEmail: true }, 'MAILBOX_CONTACT_MISSING'],
    [{ ...usual, wantsSms: true, email: 'a@b.fi' }, 'MAILBOX_CONTACT_MISSING'],
  ]
  const before = (await mail(gateway, owner, '/account')).json
  for (const [body, code] of wrong) expect([body, said(await put(owner, body))[1]]).toEqual([body, code])
  expect(said(await put(await newPerson(gateway, 'none'), usual))).toEqual([404, 'MAILBOX_NOT_FOUND'])
  expect((await mail(gateway, owner, '/account')).json).toEqual(before)
})

test('a mailbox is opened once, for people and companies of the side that is served here', async () => {
  const open = (who: string) => mail(gateway, who, '/account', { method: 'POST' })
  const who = await newPerson(gateway, 'none')
  expect(said(await mail(gateway, who, '/account'))).toEqual([404, 'MAILBOX_NOT_FOUND'])
  const all = await Promise.all(Array.from({ length: 20 }, () => open(who)))
  expect(all.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 201])
  expect(all[0]!.json).toMatchObject({ state: 'active', language: 'fi' })
  expect((await open(artificialBusinessId())).status).toBe(201)
  // The form of a real person's code, with a check character that is wrong.
  expect(said(await open('010190-123A'))).toEqual([403, 'MAILBOX_OWNER_NOT_SERVED'])
  expect(said(await open('matti'))).toEqual([400, 'MAILBOX_OWNER_INVALID'])
})

test('what a citizen writes is refused when it is not what it has to be', async () => {
  const { id: inReplyTo } = await deliver(gateway, sender, owner)
  const good = { inReplyTo, title: 'Otsikko', body: 'Teksti' }
  const file = (more: object) => ({ ...good, attachments: [{ name: 'a.pdf', content: 'SGVp', ...more }] })
  const service = { authorityId: sender.authorityId, serviceId: sender.serviceId }
  const wrong: [object, number, string][] = [
    [{ ...good, title: undefined }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, title: '' }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, title: 'x'.repeat(401) }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, title: 'a\nb' }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, body: 'a\u0000b' }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, body: 'x'.repeat(100_001) }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, service }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ title: 'a', body: 'b' }, 400, 'MAILBOX_REQUEST_INVALID'],
    [{ ...good, sender: { name: 'a', id: 'b' } }, 400, 'MAILBOX_REQUEST_INVALID'],
    [file({ url: 'https://a.example' }), 400, 'MAILBOX_REQUEST_INVALID'],
    [file({ content: '' }), 400, 'MAILBOX_REQUEST_INVALID'],
    [file({ content: 'SGV*' }), 422, 'MAILBOX_ATTACHMENT_INVALID'],
    [file({ content: 'SGVpS' }), 422, 'MAILBOX_ATTACHMENT_INVALID'],
    [file({ content: Buffer.alloc(10_241).toString('base64') }), 422, 'MAILBOX_ATTACHMENT_TOO_LARGE'],
    [file({ name: 'a.exe' }), 422, 'MAILBOX_ATTACHMENT_TYPE'],
    [file({ mediaType: 'text/html' }), 422, 'MAILBOX_ATTACHMENT_TYPE'],
    [file({ mediaType: 'text/url' }), 422, 'MAILBOX_ATTACHMENT_TYPE'],
    [
      { ...good, body: undefined, service: undefined, attachments: Array(21).fill({ name: 'a', content: 'SGVp' }) },
      400,
      'MAILBOX_REQUEST_INVALID',
    ],
    [{ ...good, inReplyTo: undefined, service: { ...service, serviceId: 'muu' } }, 404, 'MAILBOX_SERVICE_UNKNOWN'],
  ]
  for (const [body, ...answer] of wrong) expect([body, said(await write(gateway, owner, body))]).toEqual([body, answer])
  for (const key of [undefined, 'short', 'a b c d e f', 'x'.repeat(101)]) {
    const answer = await mail(gateway, owner, '/messages', {
      method: 'POST',
      body: good,
      headers: { 'idempotency-key': key },
    })
    expect(said(answer)).toEqual([400, 'MAILBOX_REQUEST_INVALID'])
  }
  const { rows } = await gateway.db.query(
    `select from citizen_message_key union all select from citizen_message union all select from delivery where purpose = 'citizen-message'`,
  )
  expect(rows).toHaveLength(0)
})

test('bodies are bounded, and are JSON in UTF-8', async () => {
  const { id: inReplyTo } = await deliver(gateway, sender, owner)
  const good = JSON.stringify({ inReplyTo, title: 'Otsikko', body: 'Teksti' })
  const send = async (body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.origin}/mailbox/api/messages`, {
      method: 'POST',
      body,
      headers: {
        ...{ authorization: `Bearer ${mailboxToken()}`, 'x-mailbox-owner': owner, 'idempotency-key': newKey() },
        ...{ 'content-type': 'application/json', ...headers },
      },
    })
  const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code?: string }).code]
  expect(await codeOf(await send(`{"x":"${'a'.repeat(250_000)}"}`))).toEqual([413, 'REQUEST_TOO_LARGE'])
  expect(
    await codeOf(await send(new Uint8Array(gzipSync(Buffer.alloc(5_000_000, 32))), { 'content-encoding': 'gzip' })),
  ).toEqual([413, 'REQUEST_TOO_LARGE'])
  expect(await codeOf(await send(good, { 'content-encoding': 'br' }))).toEqual([415, 'CONTENT_ENCODING'])
  expect(await codeOf(await send(new Uint8Array(Buffer.from(good.replace('Otsikko', 'Äiti'), 'latin1'))))).toEqual([
    400,
    'MAILBOX_REQUEST_INVALID',
  ])
  expect(await codeOf(await send('', {}))).toEqual([400, 'MAILBOX_REQUEST_INVALID'])
  expect(await codeOf(await send(good, { 'content-type': 'text/plain' }))).toEqual([415, 'MAILBOX_REQUEST_INVALID'])
  expect(await codeOf(await send(new Uint8Array(gzipSync(good)), { 'content-encoding': 'gzip' }))).toEqual([
    201,
    undefined,
  ])
})

test('who may not write is told why: a passive mailbox, a closed service, the other side, what is not allowed', async () => {
  const letter = await deliver(gateway, sender, owner)
  const reply = { inReplyTo: letter.id, title: 'V', body: 'V' }
  const own = (await write(gateway, owner, reply)).json
  expect(said(await write(gateway, owner, { ...reply, inReplyTo: own.id }))).toEqual([403, 'MAILBOX_REPLY_NOT_ALLOWED'])
  const key = { authorityId: sender.authorityId, id: sender.serviceId }
  const set = (settings: object) =>
    gateway.db.query('update service set settings = settings || $2 where authority_id = $1', [
      key.authorityId,
      settings,
    ])
  await set({ replyAllowed: false })
  expect(said(await write(gateway, owner, reply))).toEqual([403, 'MAILBOX_REPLY_NOT_ALLOWED'])
  await set({ replyAllowed: true, newMessagesAllowed: false })
  const fresh = { service: { authorityId: sender.authorityId, serviceId: sender.serviceId }, title: 'V', body: 'V' }
  expect(said(await write(gateway, owner, fresh))).toEqual([403, 'MAILBOX_REPLY_NOT_ALLOWED'])
  await set({ newMessagesAllowed: true })
  const move = (state: 'production' | 'withdrawn' | 'test') =>
    gateway.db.withTransaction((tx) => services.setStanding(tx, key, { state, suspendedFrom: null, reason: null }))
  await move('withdrawn')
  expect(said(await write(gateway, owner, reply))).toEqual([409, 'MAILBOX_SERVICE_CLOSED'])
  await move('production')
  expect(said(await write(gateway, owner, reply))).toEqual([409, 'MAILBOX_SERVICE_CLOSED'])
  const both = await startGateway({ databaseUrl: gateway.databaseUrl, env: { ASTI_ENVIRONMENTS: 'both' } })
  try {
    expect(said(await write(both, owner, reply))).toEqual([403, 'MAILBOX_OWNER_FOREIGN'])
  } finally {
    await both.close()
  }
  await move('test')
  await put(owner, { ...usual, state: 'passive' })
  expect(said(await write(gateway, owner, reply))).toEqual([409, 'MAILBOX_PASSIVE'])
  expect((await mail(gateway, owner, `/messages/${letter.id}`)).status).toBe(200)
  await put(owner, usual)
  expect((await write(gateway, owner, reply)).status).toBe(201)
})

test('one mailbox is asked for six hundred times in a minute and written to sixty times, and others do not notice', async () => {
  const who = await newPerson(gateway)
  const posts = await Promise.all(Array.from({ length: 61 }, () => mail(gateway, who, '/account', { method: 'POST' })))
  expect(posts.filter(({ status }) => status === 429)).toHaveLength(1)
  const answers: MailReply[] = []
  for (let i = 0; i < 11; i++)
    answers.push(...(await Promise.all(Array.from({ length: 50 }, () => mail(gateway, who, '/account')))))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.length).toBe(11)
  expect(said(refused[0]!)).toEqual([429, 'RATE_LIMITED'])
  expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await mail(gateway, owner, '/account')).status).toBe(200)
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text()
  expect(metrics).toMatch(/asti_limit_reached_total\{limit="requests-per-owner"\} 12/)
  expect(metrics).toMatch(/asti_mailbox_requests_total\{route="\/mailbox\/api\/account",status="200",code="none"\} \d+/)
})

test('addresses besides those of the API, and other methods, are nothing', async () => {
  for (const [method, path] of [
    ['DELETE', '/account'],
    ['GET', '/other'],
    ['HEAD', '/messages'],
    ['PUT', '/messages'],
  ])
    expect([method, path, (await mail(gateway, owner, path!, { method: method! })).status]).toEqual([method, path, 404])
})

test('callers that go away, in the middle of a request or before its answer, leave nothing in hand', async () => {
  const body = JSON.stringify({ inReplyTo: crypto.randomUUID(), title: 'V', body: 'x'.repeat(50_000) })
  const head = `POST /mailbox/api/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${mailboxToken()}\r\nX-Mailbox-Owner: ${owner}\r\nIdempotency-Key: abcdefgh\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  for (const sent of [`${head}${body.slice(0, 100)}`, `${head}${body}`])
    for (const waitMs of [0, 1, 20]) {
      const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1')
      await new Promise<void>((resolve) => socket.write(sent, () => resolve()))
      await sleep(waitMs)
      socket.destroy()
    }
  await eventually(async () => {
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text()
    return /^asti_request_bytes_in_flight 0$/m.test(metrics)
  })
  expect((await mail(gateway, owner, '/account')).status).toBe(200)
})
