import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { NS } from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity, type Identity } from '../support/keys.js'
import { negativeIdentity } from '../support/negative-serial.js'
import { addItems, ask, item, newPerson, newSender, signed, SIGNED_PATH, type Sender } from '../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway()
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

/** As WSS4J names it: RFC 2253, the last part of the name first; the number decimal. */
const nameOf = ({ certificatePem }: Identity): { issuer: string; serial: string } => {
  const { issuer, serialNumber } = new X509Certificate(certificatePem)
  return { issuer: issuer.split('\n').reverse().join(','), serial: BigInt(`0x${serialNumber}`).toString() }
}

/** KeyInfo is not signed, so a request becomes one without a token by rewriting it. */
function byIssuerSerial(
  request: string,
  { issuer, serial }: { issuer: string; serial: string },
  keepToken = false,
): string {
  const data = `<ds:X509Data xmlns:ds="${NS.ds}"><ds:X509IssuerSerial><ds:X509IssuerName>${issuer}</ds:X509IssuerName><ds:X509SerialNumber>${serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`
  const rewritten = request.replace(/<wsse:Reference URI="[^"]*" ValueType="[^"]*"\/>/, data)
  return keepToken ? rewritten : rewritten.replace(/<wsse:BinarySecurityToken[^]*<\/wsse:BinarySecurityToken>/, '')
}

const send = (request: string) => ask(gateway, request, { path: SIGNED_PATH })
const letter = (from = sender): string => signed(addItems(from, item(person)), from.identity)
const codeOf = async (request: string) => {
  const stored = await gateway.count('message')
  const answer = await send(request)
  expect(await gateway.count('message')).toBe(stored)
  return (await gateway.submission(answer.traceId))?.code
}

test('a certificate that is registered may be named by its issuer and serial number', async () => {
  const answer = await send(byIssuerSerial(letter(), nameOf(sender.identity)))
  expect(answer.itemCodes).toEqual([200])
  const logged = await gateway.submission(answer.traceId)
  expect(logged?.fingerprint).toBe(sender.identity.fingerprintSha256)
})

test('a certificate with a negative serial number can be registered, and named by it', async () => {
  const { identity, serial } = await negativeIdentity('negative')
  const owner = { ...(await newSender(gateway)), identity }
  await gateway.register({ ...owner, certificatePem: identity.certificatePem })
  const issuer = 'C=FI,O=Testiviranomainen,CN=negative'
  const answer = await send(byIssuerSerial(letter(owner), { issuer, serial }))
  expect(answer.itemCodes).toEqual([200])
  expect(await codeOf(byIssuerSerial(letter(owner), { issuer, serial: serial.slice(1) }))).toBe('CERTIFICATE_UNTRUSTED')
})

test('one that is not registered for the authority may not', async () => {
  const stranger = await makeIdentity({ commonName: 'stranger' })
  const request = byIssuerSerial(signed(addItems(sender, item(person)), stranger), nameOf(stranger))
  expect(await codeOf(request)).toBe('CERTIFICATE_UNTRUSTED')
})

test("another authority's certificate is not found by naming it", async () => {
  const other = await newSender(gateway, { key: 'another authority' })
  const request = byIssuerSerial(signed(addItems(sender, item(person)), other.identity), nameOf(other.identity))
  expect(await codeOf(request)).toBe('CERTIFICATE_UNTRUSTED')
})

test('the right name on a signature by another key is refused', async () => {
  const stranger = await makeIdentity({ commonName: 'stranger' })
  const request = byIssuerSerial(signed(addItems(sender, item(person)), stranger), nameOf(sender.identity))
  expect(await codeOf(request)).toBe('SIGNATURE_INVALID')
})

test('a name that two registered certificates have is refused', async () => {
  const serialNumber = '1a2b'
  const [one, two] = await Promise.all([
    makeIdentity({ commonName: 'twin', serialNumber }),
    makeIdentity({ commonName: 'twin', serialNumber }),
  ])
  const twin = { ...(await newSender(gateway)), identity: one }
  for (const { certificatePem } of [one, two]) await gateway.register({ ...twin, certificatePem })
  expect(await codeOf(byIssuerSerial(letter(twin), nameOf(one)))).toBe('SIGNATURE_POLICY')
})

test.each([
  ['a token beside it', (xml: string, name: ReturnType<typeof nameOf>) => byIssuerSerial(xml, name, true)],
  [
    'a serial number that is none',
    (xml: string, name: ReturnType<typeof nameOf>) => byIssuerSerial(xml, { ...name, serial: '0x12' }),
  ],
  [
    'a serial number with two signs',
    (xml: string, name: ReturnType<typeof nameOf>) => byIssuerSerial(xml, { ...name, serial: '--12' }),
  ],
  [
    'an endless serial number',
    (xml: string, name: ReturnType<typeof nameOf>) => byIssuerSerial(xml, { ...name, serial: '9'.repeat(400) }),
  ],
  [
    'an endless issuer',
    (xml: string, name: ReturnType<typeof nameOf>) =>
      byIssuerSerial(xml, { ...name, issuer: `CN=${'x'.repeat(2000)}` }),
  ],
])('%s is refused', async (_name, forge) => {
  expect(await codeOf(forge(letter(), nameOf(sender.identity)))).toBe('SIGNATURE_POLICY')
})
