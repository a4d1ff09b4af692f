import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { evidence } from '../../src/store/index.js'
import { readFileSync } from 'node:fs'
import { sandboxFiles } from '../../src/sandbox/index.js'
import { artificialIdentityCode, checkSignedAnswer } from '../support/clients/index.js'
import { pdfOf } from '../support/files.js'
import { startGateway, testDataDir, type TestGateway } from '../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  file,
  item,
  newPerson,
  newReference,
  newSender,
  queryCustomers,
  sendMessage,
  SIGNED_PATH,
  stored,
  xml,
  type Sender,
} from '../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({
    env: { ASTI_NON_SIGNED: 'anyone', ASTI_TRUSTED_PROXIES: '127.0.0.1', ASTI_STATEMENT_TIMEOUT_MS: '20s' },
  })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const post = (body: Buffer, headers: Record<string, string> = {}) =>
  fetch(`${gateway.origin}${SIGNED_PATH}`, { method: 'POST', body: new Uint8Array(body), headers })

describe('a caller who means harm', () => {
  test('cannot end the process with a compressed request that breaks behind the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(90 * 1024 * 1024), { level: 9 })
    const broken = Buffer.concat([bomb.subarray(0, bomb.length - 2000), Buffer.alloc(2000, 0xff)])
    for (let i = 0; i < 3; i++) await post(broken, { 'content-encoding': 'gzip' }).catch(() => undefined)
    expect((await fetch(`${gateway.origin}/health/live`)).status).toBe(200)
  })

  test.each([
    ['that are none', '&'],
    ['of a long name', '&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
    ['that are', '&lt;'],
  ])('cannot hold everybody up with millions of references %s', async (_name, reference) => {
    const flood = gzipSync(
      Buffer.from(`<a>${reference.repeat(Math.floor((19 * 1024 * 1024) / reference.length))}</a>`),
      { level: 1 },
    )
    const other = post(flood, { 'content-encoding': 'gzip' })
    const answer = await other
    expect([answer.status, (await gateway.submission(answer.headers.get('x-trace-id')!))?.code]).toEqual([
      500,
      reference === '&lt;' ? 'XML_TOO_COMPLEX' : 'XML_MALFORMED',
    ])
  })

  test('cannot make a signature value that costs more than it may', async () => {
    const signature = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI="#a"><Transforms><Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference></SignedInfo><SignatureValue>${'A'.repeat(18 * 1024 * 1024)}</SignatureValue><KeyInfo/></Signature>`
    const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
    const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
    const request = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><s:Security xmlns:s="${wsse}"><s:BinarySecurityToken/>${signature}<Timestamp xmlns="${wsu}"/></s:Security></e:Header><e:Body><HaeTilaTieto xmlns="http://www.suomi.fi/asiointitili"/></e:Body></e:Envelope>`
    const answer = await post(Buffer.from(request))
    expect([answer.status, (await gateway.submission(answer.headers.get('x-trace-id')!))?.code]).toEqual([
      200,
      'SIGNATURE_POLICY',
    ])
  })

  test('cannot keep a refusal out of the log with ids that no index takes', async () => {
    const random = (): string =>
      Array.from({ length: 490 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join('')
    const body = `<HaeTilaTieto xmlns="http://www.suomi.fi/asiointitili"><Viranomainen>${xml({ ViranomaisTunnus: random(), PalveluTunnus: random(), SanomaTunniste: random() })}</Viranomainen></HaeTilaTieto>`
    const answer = await post(
      Buffer.from(
        `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>${body}</e:Body></e:Envelope>`,
      ),
    )
    expect((await gateway.submission(answer.headers.get('x-trace-id')!))?.code).toBe('SIGNATURE_MISSING')
  })

  test('cannot keep a refusal out of the log with a name that is cut within a character', async () => {
    const name = `${'a'.repeat(199)}\u{10000}`
    const answer = await post(
      Buffer.from(
        `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><${name}/></e:Header><e:Body><HaeTilaTieto xmlns="http://www.suomi.fi/asiointitili"/></e:Body></e:Envelope>`,
      ),
    )
    const logged = await gateway.submission(answer.headers.get('x-trace-id')!)
    expect(logged).toMatchObject({
      code: 'SIGNATURE_MISSING',
      report: { checks: [{ facts: { headerBlocks: [`${'a'.repeat(199)}…`] } }] },
    })
  })

  test('cannot put an identity code into the log by a line end in front of its small letters', async () => {
    const code = artificialIdentityCode().toLowerCase().replace(/[-+]/, 'a')
    const answer = await post(
      Buffer.from(
        `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><s:Security xmlns:s="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" e:actor="&#10;${code}"/></e:Header><e:Body><HaeTilaTieto xmlns="http://www.suomi.fi/asiointitili"/></e:Body></e:Envelope>`,
      ),
    )
    const report = JSON.stringify((await gateway.submission(answer.headers.get('x-trace-id')!))?.report)
    expect(report).toContain('\\n[hidden]')
    expect(report).not.toContain(code)
  })
})

test.each([
  ['10.1.2.3:4711', '10.1.2.3'],
  ['unknown', null],
  ['[2001:db8::1]:99', '2001:db8::1'],
  ['::ffff:0a01:0203', '10.1.2.3'],
  ['fe80::1%eth0', 'fe80::1'],
  ['10.1.2.3', '10.1.2.3'],
])('an X-Forwarded-For of "%s" harms no request', async (address, kept) => {
  const answer = await fetch(`${gateway.origin}${SIGNED_PATH}`, {
    method: 'POST',
    body: '<a/>',
    headers: { 'x-forwarded-for': address },
  })
  const logged = await gateway.submission(answer.headers.get('x-trace-id')!)
  expect([logged?.code, logged?.remoteAddress]).toEqual(['SOAP_INVALID', kept])
})

test('forty requests that share thirty references in any order end without a deadlock, each reference stored once', async () => {
  const references = Array.from({ length: 30 }, newReference)
  const shuffled = (): string[] =>
    references
      .map((reference) => ({ reference, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ reference }) => reference)
  const before = await gateway.count('message')
  const requests = Array.from({ length: 40 }, () =>
    addItems(
      sender,
      shuffled()
        .map((ViranomaisTunniste) => item(person, { ViranomaisTunniste }))
        .join(''),
    ),
  )
  const answers = await Promise.all(requests.map((request) => ask(gateway, request)))
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([0]))
  expect((await gateway.count('message')) - before).toBe(30)
})

test.each(['LahetaViesti', 'LisaaKohteita'])(
  '%s: when the row of the log cannot be written, the answer is no success and nothing is stored',
  async (operation) => {
    await gateway.db.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
    )
    await gateway.db.query(
      `create trigger refuse before insert on submission for each row when (new.outcome = 'accepted') execute function refuse()`,
    )
    const before = await gateway.count('message')
    try {
      const request = operation === 'LahetaViesti' ? sendMessage(sender, item(person)) : addItems(sender, item(person))
      const answer = await ask(gateway, request)
      expect([answer.code, await gateway.count('message')]).toEqual([operation === 'LahetaViesti' ? 550 : 450, before])
    } finally {
      await gateway.db.query('drop trigger refuse on submission')
      await gateway.db.query('drop function refuse')
    }
  },
)

test('evidence is byte for byte what was sent, also when a print file belongs to several letters', async () => {
  const content = pdfOf(12_000).toString('base64')
  const print = `<Tiedostot>${xml({ TiedostoSisalto: content, TiedostoMuoto: 'application/pdf', TiedostoNimi: 'tuloste.pdf' })}</Tiedostot>`
  const letters = [
    item(person, { ViranomaisTunniste: newReference() }),
    item(person, { ViranomaisTunniste: newReference() }),
  ].join('')
  const request = sendMessage(sender, letters).replace('<Kohteet>', `${print}<Kohteet>`)
  const before = await gateway.count('attachment')
  const answer = await ask(gateway, request)
  expect(answer.code).toBe(202)
  const kept = await evidence.readEvidence(gateway.db, gateway.runtime.sealer, answer.traceId)
  expect(kept?.toString()).toContain(request)
  expect(kept?.toString().split(content)).toHaveLength(2)
  expect((await gateway.count('attachment')) - before).toBe(1)
})

test('an identity code in a place where none belongs is in no plain text either', async () => {
  const code = artificialIdentityCode()
  const request = addItems(
    sender,
    item(customer(person, '', code), {
      [`hetu-${code}`]: 'x',
      ViranomaisTunniste: newReference(),
      Tiedostot: file({ TiedostoSisalto: undefined, TiedostoURL: 'https://example.fi/', TiedostoMuoto: code }),
    }),
  )
  expect((await ask(gateway, request)).itemCodes).toEqual([200])
  const { rows: tables } = await gateway.db.query<{ name: string }>(
    `select format('%I', tablename) as name from pg_tables where schemaname = 'public'`,
  )
  for (const { name } of tables) {
    const { rows } = await gateway.db.query<Record<string, unknown>>(`select * from ${name}`)
    expect(
      rows.some((row) =>
        Object.values(row).some((value) => !Buffer.isBuffer(value) && JSON.stringify(value).includes(code)),
      ),
    ).toBe(false)
  }
})

test.each([
  ['a sending time before the calendar', { LahetysPvm: '-123456-01-01T00:00:00Z' }],
  ['a sending time in the year 0', { LahetysPvm: '0000-01-01T00:00:00Z' }],
])('%s refuses nothing', async (_name, fields) => {
  expect(
    (await ask(gateway, addItems(sender, item(person, { ...fields, ViranomaisTunniste: newReference() })))).itemCodes,
  ).toEqual([200])
})

test('a file of nothing but white space is a file without content, short or long', async () => {
  for (const TiedostoSisalto of [' '.repeat(100), '\n'.repeat(20_000)]) {
    const answer = await ask(gateway, addItems(sender, item(person, { Tiedostot: file({ TiedostoSisalto }) })))
    expect(answer.itemCodes).toEqual([525])
  }
})

test('connections that the database ends under load end no request wrongly, and not the process', async () => {
  const stop = { now: false }
  const killer = (async () => {
    while (!stop.now) {
      await gateway.db
        .query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
        )
        .catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  })()
  const references = Array.from({ length: 150 }, newReference)
  const codes = new Map<string, number | null>()
  for (let i = 0; i < references.length; i += 10) {
    await Promise.all(
      references.slice(i, i + 10).map(async (reference) => {
        const answer = await ask(gateway, sendMessage(sender, item(person, { ViranomaisTunniste: reference })))
        codes.set(reference, answer.code)
      }),
    )
  }
  stop.now = true
  await killer
  const { rows } = await gateway.db.query<{ reference: string }>(
    'select reference from message_key where reference = any($1)',
    [references],
  )
  const stored = new Set(rows.map(({ reference }) => reference))
  expect([...codes].filter(([reference, code]) => (code === 202) !== stored.has(reference))).toEqual([])
}, 120_000)

test('an answer is signed however long what it echoes is', async () => {
  const request = queryCustomers(sender, person).replace('TunnusTyyppi="SSN"', `TunnusTyyppi="${'>'.repeat(5000)}"`)
  const answer = await askSigned(gateway, sender, request)
  expect(answer.code).toBe(0)
  expect(
    checkSignedAnswer(answer.body, readFileSync(sandboxFiles(testDataDir).signingCertificateFile, 'utf8')),
  ).toBeTruthy()
})

test('hundreds of files of one name are all kept, each under a name of its own', async () => {
  const files = file().repeat(300)
  const answer = await ask(
    gateway,
    addItems(sender, item(person, { Tiedostot: files, ViranomaisTunniste: newReference() })),
  )
  expect(answer.itemCodes).toEqual([202])
  const [row] = await stored(gateway, answer)
  expect(new Set(row!.content.attachments.map(({ name }) => name)).size).toBe(300)
})
