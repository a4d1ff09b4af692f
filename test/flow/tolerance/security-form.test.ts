import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { nodeSoapStyle, springWsStyle, wss4jStyle, type WssStyle } from '../../support/clients/wss/styles.js'
import { writeTimestampOnly } from '../../support/clients/wss/sign.js'
import {
  addItems,
  ask,
  askSigned,
  envelopeOf,
  getStatus,
  item,
  newPerson,
  newSender,
  plainStyle,
  signed,
  SIGNED_PATH,
  stored,
  unsigned,
  UNSIGNED_PATH,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const ALGORITHM = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
} as const

async function expectAccepted(style: WssStyle) {
  const answer = await askSigned(gateway, sender, addItems(sender, item(person)), { style })
  expect(answer.itemCodes).toEqual([200])
  expect(await stored(gateway, answer)).toHaveLength(1)
  expect(await gateway.submission(answer.traceId)).toMatchObject({
    endpoint: 'signed',
    fingerprint: sender.identity.fingerprintSha256,
    signatureAlgorithm: ALGORITHM[style.hash],
  })
}

describe('R30', () => {
  const lists = (signedInfo: string | null, Body: string | null, Timestamp: string | null) => ({
    prefixLists: { signedInfo, Body, Timestamp },
  })
  const rows: [string, Partial<WssStyle>][] = [
    ['wsu:Id', { idForm: 'wsu:Id' }],
    ['a plain Id', { idForm: 'Id' }],
    ['a plain Id and a Timestamp in the default namespace', { idForm: 'Id', timestampForm: 'default' }],
    ['a Timestamp in the default namespace and wsu:Id', { timestampForm: 'default' }],
    ['a Signature in the default namespace', { signaturePrefix: '' }],
    ['enveloped-signature before exc-c14n', { enveloped: true }],
    ['an empty PrefixList', lists('', '', '')],
    ['prefixes that matter', lists('soapenv', 'soapenv', 'wsse soapenv')],
    ['prefixes that nobody declared', lists('soapenv xsd', 'xsi', 'wsse tns')],
    ['enveloped-signature and a PrefixList', { enveloped: true, ...lists('soapenv', '', 'wsse soapenv') }],
    ['whole seconds', { fractionDigits: 0 }],
    ['base64 in lines', { fold: '\n' }],
    ['base64 in lines with carriage returns', { fold: '&#13;\n' }],
    ['the Timestamp first', { order: ['timestamp', 'token', 'signature'] }],
    ['the Signature first', { order: ['signature', 'timestamp', 'token'] }],
    ['references in the other order', { references: ['Body', 'Timestamp'] }],
    ['mustUnderstand absent', { mustUnderstand: false }],
  ]
  describe.each(['sha1', 'sha256'] as const)('with %s', (hash) => {
    test.each(rows)('R30: a signature with %s is accepted', async (_kind, variant) => {
      await expectAccepted(plainStyle({ hash, ...variant }))
    })
  })

  const libraries: [string, () => WssStyle][] = [
    [
      'WSS4J as in etp',
      () => wss4jStyle({ prefixLists: { signedInfo: 'asi soapenv', Timestamp: 'wsse asi soapenv', Body: 'asi' } }),
    ],
    [
      'WSS4J as in lupapiste',
      () => wss4jStyle({ prefixLists: { signedInfo: 'soapenv', Timestamp: 'wsse soapenv', Body: '' } }),
    ],
    ['Spring-WS', () => springWsStyle()],
    ['node-soap 1.0', () => nodeSoapStyle('sha1')],
    ['node-soap 1.6', () => nodeSoapStyle('sha256')],
  ]
  test.each(libraries)('R30: the layout of %s is accepted', (_name, style) => expectAccepted(style()))

  test.each(['1', '0', 'true', 'false'])(
    'R30: mustUnderstand="%s" on the Security header is accepted',
    async (value) => {
      const message = signed(getStatus(sender), sender.identity).replace(
        'mustUnderstand="1"',
        `mustUnderstand="${value}"`,
      )
      expect((await ask(gateway, message, { path: SIGNED_PATH })).code).toBe(0)
    },
  )

  test('R30: a signed message in ISO-8859-1 is verified and stored as it was meant', async () => {
    const text = signed(addItems(sender, item(person, { Nimeke: 'Päätös ÅÖ' })), sender.identity)
    const message = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, 'latin1')
    const answer = await ask(gateway, message, { path: SIGNED_PATH })
    expect((await stored(gateway, answer))[0]?.content.title).toBe('Päätös ÅÖ')
  })
})

describe('R31', () => {
  const seconds = (n: number) => new Date(Date.now() + n * 1000)
  const about = (createdAt: number, expiresAt: number) => ({
    createdAt: seconds(createdAt),
    expiresAt: seconds(expiresAt),
  })

  test.each([
    ['60 s', 0, 60],
    ['500 s', 0, 500],
    ['600 s', 0, 600],
    ['600 s, nearly over', -590, 10],
    ['900 s', 0, 900],
    ['a day', 0, 86_400],
    ['60 s, over within the allowed skew', -200, -140],
    ['300 s, from a clock ahead within the allowed skew', 290, 590],
  ])('R31: a Timestamp of %s is accepted', async (_kind, created, expires) => {
    expect((await askSigned(gateway, sender, getStatus(sender), about(created, expires))).code).toBe(0)
  })

  test.each([
    ['long over', -800, -400, 'TIMESTAMP_EXPIRED'],
    ['created too long ago', -1_000, 600, 'TIMESTAMP_EXPIRED'],
    ['of a clock far ahead', 400, 1_000, 'TIMESTAMP_FUTURE'],
  ])('R31: a Timestamp that is %s is answered 406', async (_kind, created, expires, code) => {
    const answer = await askSigned(gateway, sender, getStatus(sender), about(created, expires))
    expect([answer.code, (await gateway.submission(answer.traceId))?.code]).toEqual([406, code])
  })

  const headers: [string, (content: string) => string][] = [
    ['no Header', (content) => unsigned(content)],
    ['an empty Header', (content) => unsigned(content, { emptyHeader: '<soapenv:Header/>' })],
    ['a Header of white space', (content) => unsigned(content, { emptyHeader: '<soapenv:Header>\n</soapenv:Header>' })],
    ['a Timestamp only', (content) => writeTimestampOnly(envelopeOf(content), plainStyle(), new Date())],
    ['an expired Timestamp only', (content) => writeTimestampOnly(envelopeOf(content), plainStyle(), new Date(0))],
    ['a signature', (content) => signed(content, sender.identity)],
    ['a broken signature', (content) => signed(content, sender.identity, { tamperBody: true })],
    [
      'an unknown header',
      (content) => unsigned(content, { emptyHeader: '<soapenv:Header><x xmlns="urn:muu">1</x></soapenv:Header>' }),
    ],
  ]
  test.each(headers)(
    'R31: the unsigned path takes a message with %s, and answers without Security',
    async (_kind, write) => {
      const answer = await ask(gateway, write(addItems(sender, item(person))), { path: UNSIGNED_PATH })
      expect(answer.itemCodes).toEqual([200])
      expect(answer.body.toString()).not.toContain('Security')
      expect(await gateway.submission(answer.traceId)).toMatchObject({ endpoint: 'non-signed', fingerprint: null })
    },
  )
})

test('R32: a signed message with an x-api-key is judged by its signature', async () => {
  const headers = { 'Content-Type': 'text/xml', 'x-api-key': 'avain' }
  const content = addItems(sender, item(person))
  expect((await askSigned(gateway, sender, content, { headers })).itemCodes).toEqual([200])
  expect((await askSigned(gateway, sender, content, { headers, tamperBody: true })).code).toBe(406)
})

describe('R33', () => {
  test.each([' Id="body-1"', ' id="b" xml:id="c"', ` xmlns:wsu="urn:muu" wsu:Id="d" muu='1'`])(
    'R33: Body attributes %s do not disturb an unsigned message',
    async (bodyAttributes) => {
      expect((await ask(gateway, unsigned(getStatus(sender), { bodyAttributes }))).code).toBe(0)
    },
  )

  test.each([' muu="1"', ' xmlns:m="urn:muu" m:a="1"'])(
    'R33: Body attributes %s do not disturb a signed message',
    async (bodyAttributes) => {
      for (const style of [plainStyle(), nodeSoapStyle('sha256')])
        expect(
          (await askSigned(gateway, sender, getStatus(sender), { style, envelope: { bodyAttributes } })).code,
        ).toBe(0)
    },
  )

  test('R33: an Id on the operation does not disturb either', async () => {
    const content = getStatus(sender).replace('<HaeTilaTieto ', '<HaeTilaTieto Id="op-1" ')
    expect((await ask(gateway, unsigned(content))).code).toBe(0)
    expect((await askSigned(gateway, sender, content)).code).toBe(0)
  })
})
