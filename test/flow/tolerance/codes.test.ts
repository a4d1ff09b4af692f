import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { sandboxFiles } from '../../../src/sandbox/index.js'
import { checkSignedAnswer } from '../../support/clients/index.js'
import { startGateway, testDataDir, type TestGateway } from '../../support/gateway.js'
import { sharedIdentity } from '../../support/keys.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  faultOf,
  getStatus,
  item,
  newPerson,
  newReference,
  newSender,
  NS,
  party,
  payload,
  post,
  queryCustomers,
  sendMessage,
  SIGNED_PATH,
  stored,
  unsigned,
  xml,
  type Reply,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_MAX_ATTACHMENT_BYTES: '1000' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

type From = Pick<Sender, 'authorityId' | 'serviceId'>
const requests: [string, (from: From) => string, number][] = [
  ['LahetaViesti', (from) => sendMessage(from, item(person, { ViranomaisTunniste: newReference() })), 202],
  ['LisaaKohteita', (from) => addItems(from, item(person, { ViranomaisTunniste: newReference() })), 0],
  ['HaeAsiakkaita', (from) => queryCustomers(from, person), 0],
  ['HaeTilaTieto', getStatus, 0],
]

/** A refusal: its code on the wire and in the log, and nothing stored. */
async function expectRefused(answer: Reply, statusCode: number, code?: string) {
  expect(answer.code).toBe(statusCode)
  expect(answer.items ?? []).toEqual([])
  expect(await gateway.submission(answer.traceId)).toMatchObject({
    outcome: 'refused',
    statusCode,
    messageCount: 0,
    ...(code && { code }),
  })
  expect(await stored(gateway, answer)).toEqual([])
}

describe.each(requests)('%s', (operation, write, success) => {
  test(`success is ${success}, unsigned and signed`, async () => {
    for (const answer of [await ask(gateway, write(sender)), await askSigned(gateway, sender, write(sender))]) {
      expect([answer.code, answer.exchangeId]).toEqual([success, 'sanoma-1'])
      expect(await gateway.submission(answer.traceId)).toMatchObject({
        outcome: 'accepted',
        statusCode: success,
        code: null,
      })
    }
  })

  test('403: ViranomaisTunnus is not the authenticated party', async () => {
    const other = await newSender(gateway, { key: 'toinen' })
    await expectRefused(await askSigned(gateway, sender, write(other)), 403, 'AUTHORITY_MISMATCH')
    for (const authorityId of ['tuntematon_ws', '', ` ${sender.authorityId.toUpperCase()}`])
      await expectRefused(await ask(gateway, write({ ...sender, authorityId })), 403, 'AUTHORITY_MISMATCH')
  })

  test('404: PalveluTunnus is not of the authority', async () => {
    const other = await newSender(gateway)
    for (const serviceId of ['tuntematon_ws', other.serviceId, sender.serviceId.toUpperCase()]) {
      await expectRefused(await ask(gateway, write({ ...sender, serviceId })), 404, 'SERVICE_UNKNOWN')
      await expectRefused(await askSigned(gateway, sender, write({ ...sender, serviceId })), 404, 'SERVICE_UNKNOWN')
    }
  })

  test('405: the operation is not permitted for the service', async () => {
    const bound = await newSender(gateway, { settings: { operations: [] } })
    await expectRefused(await ask(gateway, write(bound)), 405, 'OPERATION_NOT_ALLOWED')
    await expectRefused(await askSigned(gateway, bound, write(bound)), 405, 'OPERATION_NOT_ALLOWED')
  })

  test('406: a signature that is missing, wrong, or of an unknown or another key; the answer is signed', async () => {
    const stranger = { ...sender, identity: await sharedIdentity('tuntematon') }
    const colleague = { authorityId: sender.authorityId, serviceId: `${sender.serviceId}_b` }
    const other = await sharedIdentity('kollega')
    await gateway.register({ ...colleague, certificatePem: other.certificatePem })
    const answers = [
      [await ask(gateway, write(sender), { path: SIGNED_PATH }), 'SIGNATURE_MISSING'],
      [await askSigned(gateway, sender, write(sender), { tamperBody: true }), 'BODY_CHANGED'],
      [await askSigned(gateway, stranger, write(sender)), 'CERTIFICATE_UNTRUSTED'],
      [await askSigned(gateway, { ...sender, identity: other }, write(sender)), 'CERTIFICATE_OTHER_SERVICE'],
    ] as const
    for (const [answer, code] of answers) {
      expect(answer.exchangeId).toBe('sanoma-1')
      await expectRefused(answer, 406, code)
      checkSignedAnswer(answer.body, readFileSync(sandboxFiles(testDataDir).signingCertificateFile, 'utf8'))
    }
  })

  test('405: the unsigned path is closed unless it was opened', async () => {
    const closed = await startGateway()
    try {
      const from = await newSender(closed)
      const answer = await ask(closed, write(from))
      expect([answer.code, answer.exchangeId]).toEqual([405, 'sanoma-1'])
      expect((await closed.submission(answer.traceId))?.code).toBe('NON_SIGNED_CLOSED')
    } finally {
      await closed.close()
    }
  })
})

describe('400', () => {
  const kysely = (name: 'LahetaViesti' | 'LisaaKohteita' | 'HaeAsiakkaita', inner: string | undefined) =>
    payload(name, party(sender) + xml({ Kysely: inner }))
  test.each([
    ['LahetaViesti without Kysely', () => kysely('LahetaViesti', undefined)],
    ['LahetaViesti without a Kohde', () => sendMessage(sender, '')],
    ['LahetaViesti with a nil Kohde only', () => sendMessage(sender, '<Kohde xsi:nil="true"/>')],
    ['LisaaKohteita without Kysely', () => kysely('LisaaKohteita', undefined)],
    ['LisaaKohteita without Kohteet', () => kysely('LisaaKohteita', '<KohdeMaara>0</KohdeMaara>')],
    [
      'LisaaKohteita with a KohdeMaara in words',
      () => kysely('LisaaKohteita', `<KohdeMaara>yksi</KohdeMaara><Kohteet>${item(person)}</Kohteet>`),
    ],
    ['LisaaKohteita with a Kohde without an Asiakas', () => addItems(sender, item(person), item('<!-- -->'))],
    ['HaeAsiakkaita without Kysely', () => kysely('HaeAsiakkaita', undefined)],
    ['HaeAsiakkaita without an Asiakas', () => queryCustomers(sender)],
    [
      'HaeAsiakkaita with another KyselyLaji',
      () => kysely('HaeAsiakkaita', `<KyselyLaji>Muut</KyselyLaji><Asiakkaat>${customer(person)}</Asiakkaat>`),
    ],
  ])('400: %s', async (_kind, write) => {
    await expectRefused(await ask(gateway, write()), 400, 'REQUEST_INVALID')
  })

  test('400: HaeAsiakkaita about more customers than one call may', async () => {
    const env = { ASTI_NON_SIGNED: 'anyone', ASTI_MAX_RECIPIENTS_PER_QUERY: '3' }
    const small = await startGateway({ env })
    try {
      const from = await newSender(small, { settings: { mayListAccounts: true } })
      expect((await ask(small, queryCustomers(from, person, person, person))).itemCodes).toEqual([310, 310, 310])
      expect((await ask(small, queryCustomers(from, person, person, person, person))).code).toBe(400)
      await Promise.all([1, 2, 3, 4].map(() => newPerson(small)))
      const everybody = payload('HaeAsiakkaita', `${party(from)}<Kysely><KyselyLaji>Kaikki</KyselyLaji></Kysely>`)
      expect((await ask(small, everybody)).code).toBe(400)
    } finally {
      await small.close()
    }
  })

  test.each(['0', '7', '-1', '+1', ''])(
    'a KohdeMaara of "%s" beside one Kohde is no reason to refuse',
    async (count) => {
      const query = xml({ Kysely: xml({ KohdeMaara: count, Kohteet: item(person) }) })
      const answer = await ask(gateway, payload('LisaaKohteita', party(sender) + query))
      expect(answer.itemCodes).toEqual([200])
      expect(answer.body.toString()).toContain('<asi:KohdeMaara>1</asi:KohdeMaara>')
    },
  )
})

describe('a request that is no message of this interface is answered with a Fault and HTTP 500', () => {
  test.each([
    ['no XML', 'ei ole XML:ää', 'XML_MALFORMED'],
    ['broken XML', '<a><b></a>', 'XML_MALFORMED'],
    ['no envelope', `<HaeTilaTieto xmlns="${NS.asi}"/>`, 'SOAP_INVALID'],
    ['an empty Body', unsigned(''), 'SOAP_BODY_EMPTY'],
    ['two operations', unsigned(`<a/><b/>`), 'SOAP_INVALID'],
    ['a DOCTYPE', `<!DOCTYPE a [<!ENTITY b "c">]>${unsigned('<a/>')}`, 'XML_FORBIDDEN'],
    ['a processing instruction', unsigned('<?a b?><a/>'), 'XML_FORBIDDEN'],
  ])('%s', async (_kind, message, code) => {
    for (const path of [SIGNED_PATH, undefined]) {
      const answer = await post(gateway, message, path === undefined ? {} : { path })
      expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'Client', code }])
      expect(await gateway.submission(String(answer.headers['x-trace-id']))).toMatchObject({ code, statusCode: null })
    }
  })

  test('a header that must be understood and is not', async () => {
    const emptyHeader = '<soapenv:Header><x xmlns="urn:muu" soapenv:mustUnderstand="1"/></soapenv:Header>'
    const answer = await post(gateway, unsigned(getStatus(sender), { emptyHeader }))
    expect([answer.status, faultOf(answer)]).toEqual([
      500,
      { faultCode: 'MustUnderstand', code: 'SOAP_MUST_UNDERSTAND' },
    ])
  })
})
