import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { evidence, messages } from '../../src/store/index.js'
import { artificialIdentityCode, clientNamed, postAsClient } from '../support/clients/index.js'
import { pdfOf } from '../support/files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'

const ids = { authorityId: 'private_ws', serviceId: 'private_ws_1' }
const citizen = artificialIdentityCode(42)
const secretTitle = 'Hakemus-otsikko-8471'
const secretText = 'Luottamuksellinen-sisalto-9263'
const fileName = 'henkilon-paatos-5512.pdf'

let gateway: TestGateway
let identity: Identity
let raw: Buffer
let traceId: string

beforeAll(async () => {
  gateway = await startGateway({ env: { LOG_LEVEL: 'debug' } })
  identity = await sharedIdentity('private')
  await gateway.register({ ...ids, certificatePem: identity.certificatePem })
  await gateway.openAccount(citizen)
  const client = clientNamed('etp')
  const request = client.example('LahetaViesti', ids, {
    recipientId: citizen,
    reference: 'private-1',
    title: secretTitle,
    text: secretText,
    attachments: [{ name: fileName, mime: 'application/pdf', content: pdfOf(40_000) }],
  })
  const key = {
    layout: 'wss4j',
    privateKeyPem: identity.privateKeyPem,
    certificatePem: identity.certificatePem,
  } as const
  const built = client.build(request, { ...key, now: new Date() })
  raw = built.body
  const answer = client.readAnswer('LahetaViesti', (await postAsClient(gateway.origin, built)).body)
  expect(answer.code).toBe(202)
  traceId = /Trace ID: (\S+)$/.exec(answer.text!)![1]!
  // Answers that are kept for repeats hold the code as well.
  const query = clientNamed('lupapiste')
  const asked = query.build(query.example('HaeAsiakkaita', ids, { recipientId: citizen }), { ...key, now: new Date() })
  for (let i = 0; i < 2; i++) await postAsClient(gateway.origin, asked)
  // What is refused must not leak either.
  await postAsClient(gateway.origin, client.build(request, { ...key, now: new Date() }))
  await postAsClient(gateway.origin, client.build(request, { ...key, now: new Date(), tamperBody: true }))
  await fetch(`${gateway.origin}/Asiointitili/ViranomaispalvelutWSInterface`, {
    method: 'POST',
    body: `<a>${citizen} ${secretText}`,
  })
  const damages: [string | RegExp, string][] = [
    [/></g, '>\n  <'],
    [secretTitle, `\ufeff${secretTitle}`],
    [secretText, secretText.toUpperCase()],
    ['</', `</x${citizen}><`],
    ['<soapenv:Body', `<x${citizen}`],
    [/Id="id-/g, `Id="id-${citizen}-`],
    [/Algorithm="[^"]*"/, `Algorithm="urn:${citizen}"`],
    [/<wsu:Timestamp/, `<x${citizen}/><wsu:Timestamp`],
  ]
  for (const [from, to] of damages) {
    const damaged = client.build(request, { ...key, now: new Date() })
    const body = Buffer.from(damaged.body.toString().replace(from, to))
    await postAsClient(gateway.origin, { ...damaged, body })
  }
})
afterAll(() => gateway.close())

test('nothing of a person or a letter is in the log, whatever happens to a request', () => {
  const log = gateway.logged()
  expect(log).toContain('request.answered')
  for (const secret of [citizen, secretTitle, secretText, fileName]) expect(log.includes(secret)).toBe(false)
})

test('no identity code, title, text or file name is in plain text in any row of any table', async () => {
  const { rows: tables } = await gateway.db.query<{ name: string }>(
    `select format('%I', tablename) as name from pg_tables where schemaname = 'public'`,
  )
  let cells = 0
  for (const { name } of tables) {
    const { rows } = await gateway.db.query<Record<string, unknown>>(`select * from ${name}`)
    for (const row of rows) {
      for (const value of Object.values(row)) {
        cells++
        const text = Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)
        for (const secret of [citizen, secretTitle, secretText, fileName]) expect(text.includes(secret)).toBe(false)
      }
    }
  }
  expect(cells).toBeGreaterThan(100)
})

test('whoever holds the keys reads the letter as it was sent', async () => {
  const [stored] = await messages.listMessages(gateway.db, gateway.runtime.sealer, { limit: 1, reference: 'private-1' })
  expect(stored!.recipient.reveal().id).toBe(citizen)
  const content = stored!.content.reveal()
  expect([content.title, content.body, content.attachments[0]!.name]).toEqual([secretTitle, secretText, fileName])
  expect(JSON.stringify(stored)).not.toContain(secretTitle)
})

test('the original request comes back byte for byte, and its attachment is stored once', async () => {
  expect(raw.equals((await evidence.readEvidence(gateway.db, gateway.runtime.sealer, traceId))!)).toBe(true)
  const { rows } = await gateway.db.query<{ sealed: number; refs: number }>(
    `select sum(length(sealed))::int as sealed, count(attachment_id)::int as refs from submission_evidence where submission_id = $1`,
    [traceId],
  )
  expect(rows[0]!.refs).toBe(1)
  expect(rows[0]!.sealed).toBeLessThan(raw.length - 50_000)
})

test('metrics and health tell nothing about people', async () => {
  for (const path of ['/metrics', '/health/ready', '/health/live']) {
    const text = await (await fetch(`${gateway.origin}${path}`)).text()
    for (const secret of [citizen, secretTitle, secretText, fileName]) expect(text.includes(secret)).toBe(false)
  }
})
