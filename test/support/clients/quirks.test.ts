import { expect, test } from '@jest/globals'
import { FinnishBusinessIds } from 'finnish-business-ids'
import { FinnishSSN } from 'finnish-ssn'
import { createSign, createVerify, X509Certificate } from 'node:crypto'
import { makeIdentity, sharedIdentity, type KeyType } from '../keys.js'
import { artificialBusinessId, artificialIdentityCode, clientNamed } from './index.js'
import { midnightInHelsinki } from './dates.js'
import type { ClientRequest, Operation, Signing } from './types.js'

const PARTY = { authorityId: 'testi_ws', serviceId: 'testi_ws_palvelu' }
const SENT_AT = new Date('2026-03-04T13:30:00.250Z')

async function sentBy(
  name: string,
  operation: Operation,
  layout: Signing['layout'],
  overrides: Partial<ClientRequest> = {},
) {
  const { privateKeyPem, certificatePem } = await sharedIdentity('testi.example.fi')
  const client = clientNamed(name)
  const request = client.example(operation, PARTY, { sentAt: SENT_AT, ...overrides })
  const built = client.build(request, { layout, privateKeyPem, certificatePem, now: SENT_AT })
  return { ...built, text: built.body.toString('utf8') }
}

test('hassu sends Kysely first, a quoted SOAPAction and no Header when it does not sign', async () => {
  const { text, headers } = await sentBy('hassu', 'LahetaViesti', 'unsigned')
  expect(text.indexOf('<Kysely>')).toBeLessThan(text.indexOf('<Viranomainen>'))
  expect(text).not.toContain('soap:Header')
  expect(text).toContain('<LahetysPvm>2026-03-04T15:30:00+02:00</LahetysPvm>')
  expect(headers['SOAPAction']).toBe('"http://www.suomi.fi/asiointitili/Viranomaispalvelut/LahetaViesti"')
  expect(headers['x-api-key']).toBe('testi-avain')
})

test('lupapiste declares asi twice, signs with an empty PrefixList and sends no SOAPAction', async () => {
  const { text, headers } = await sentBy('lupapiste', 'LahetaViesti', 'wss4j')
  expect(text.match(/xmlns:asi=/g)).toHaveLength(2)
  expect(text.match(/PrefixList="[^"]*"/g)).toEqual([
    'PrefixList="soapenv"',
    'PrefixList="wsse soapenv"',
    'PrefixList=""',
  ])
  expect(text).toContain('<asi:LahetysPvm>2026-03-04T15:30:00.250+02:00<')
  expect(text).not.toMatch(/<\?xml|Laskutus|KyselyAlku/)
  expect(Object.keys(headers)).not.toContain('SOAPAction')
})

test('etp signs canonical ASCII without any Content-Type', async () => {
  const { text, headers, sent } = await sentBy('etp', 'LahetaViesti', 'wss4j')
  expect(text).toMatch(/^[\n\x20-\x7e]*$/)
  expect(text).toContain('P&#xE4;&#xE4;t&#xF6;s')
  expect(text).not.toContain('/>')
  expect(text).toContain('<asi:LahetysPvm>2026-03-04T13:30:00.250456Z<')
  expect(text.match(/PrefixList="[^"]*"/g)).toEqual([
    'PrefixList="asi soapenv"',
    'PrefixList="wsse asi soapenv"',
    'PrefixList="asi"',
  ])
  expect(Object.keys(headers)).not.toContain('Content-Type')
  expect(sent.exchangeId).toBe(sent.reference)
})

test('evaka sends midnight, no mustUnderstand, and only a Timestamp when it has no key', async () => {
  const signed = await sentBy('evaka', 'LahetaViesti', 'spring-ws')
  expect(signed.text).toContain('LahetysPvm>2026-03-04T00:00:00.000+02:00<')
  expect(signed.text).not.toContain('mustUnderstand')
  expect(signed.text).not.toContain('Salasana')
  expect(signed.headers['SOAPAction']).toBe('""')
  const plain = await sentBy('evaka', 'LahetaViesti', 'timestamp-only')
  expect(plain.text).toContain('<wsu:Expires>2026-03-04T13:38:20.250Z</wsu:Expires>')
  expect(plain.text).not.toContain('Signature')
})

test('eveli sends nil query times and a missing or empty sending time', async () => {
  expect((await sentBy('eveli', 'HaeAsiakkaita', 'unsigned')).text).toMatch(/<ns2:KyselyAlku [^>]*xsi:nil="true"\/>/)
  expect((await sentBy('eveli', 'LisaaKohteita', 'spring-ws')).text).not.toContain('LahetysPvm')
  const empty = await sentBy('eveli', 'LisaaKohteita', 'spring-ws', { emptySentAt: true })
  expect(empty.text).toContain('<ns2:LahetysPvm/>')
})

test('sfi-messages-client sends an empty LahetysPvm, no reference and a repeated Kohteet', async () => {
  const { text, sent } = await sentBy('sfi-messages-client', 'LisaaKohteita', 'unsigned')
  expect(text).toContain('<LahetysPvm></LahetysPvm>')
  expect(text.match(/<Kohteet>/g)).toHaveLength(2)
  expect(sent.reference).toBeNull()
})

test('oph sends links and flags as the legacy schema has them', async () => {
  const { text } = await sentBy('oph', 'LisaaKohteita', 'wss4j', { readReceipt: true })
  expect(text).toContain('<TiedostoMuoto>text/url</TiedostoMuoto>')
  expect(text.indexOf('<Tiedostot>')).toBeLessThan(text.indexOf('<VaadiLukukuittaus>1<'))
})

test('midnight in Helsinki is right on the days when the clocks change', () => {
  expect(midnightInHelsinki(new Date('2026-03-29T12:00:00Z'))).toBe('2026-03-29T00:00:00.000+02:00')
  expect(midnightInHelsinki(new Date('2026-10-25T12:00:00Z'))).toBe('2026-10-25T00:00:00.000+03:00')
})

test('example ids are artificial and have the right check character', () => {
  for (let seed = 0; seed < 500; seed++) {
    const code = artificialIdentityCode(seed)
    expect(code.slice(6, 8)).toBe('-9')
    expect(FinnishSSN.validate(code)).toBe(true)
    expect(FinnishBusinessIds.isValidBusinessId(artificialBusinessId(seed))).toBe(true)
  }
})

test.each<KeyType>(['rsa1024', 'rsa2048', 'rsa3072', 'ec-p256'])(
  'an identity with %s signs and verifies',
  async (keyType) => {
    const issuer = await sharedIdentity('Testi CA')
    const limits = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') }
    const made = await makeIdentity({ commonName: 'Testi Ä, B', keyType, issuer, ...limits })
    const certificate = new X509Certificate(made.certificatePem)
    expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(made.fingerprintSha256)
    expect(certificate.checkIssued(new X509Certificate(issuer.certificatePem))).toBe(true)
    expect(certificate.verify(new X509Certificate(issuer.certificatePem).publicKey)).toBe(true)
    expect(new Date(certificate.validTo)).toEqual(limits.notAfter)
    expect(certificate.subject).toContain('CN=Testi Ä')
    const signature = createSign('sha256').update('x').sign(made.privateKeyPem)
    expect(createVerify('sha256').update('x').verify(certificate.publicKey, signature)).toBe(true)
  },
)
