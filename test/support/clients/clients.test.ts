import { beforeAll, describe, expect, test } from '@jest/globals'
import { DOMParser } from '@xmldom/xmldom'
import { ExclusiveCanonicalization, SignedXml } from 'xml-crypto'
import { sharedIdentity, type Identity } from '../keys.js'
import { nodeSoapSecurity } from '../node-soap-client.js'
import { attribute, children, descendants, only, withDocument } from './dom.js'
import { clientNamed, clients, examplePdf, NS, verifySigned, type ClientVector, type Operation } from './index.js'
import type { Faults, Layout, Signing } from './types.js'

const PARTY = { authorityId: 'testi_ws', serviceId: 'testi_ws_palvelu' }
const NOW = new Date('2026-03-04T13:30:00.250Z')

let identity: Identity
beforeAll(async () => {
  identity = await sharedIdentity('testi.example.fi')
})

const rows = clients.flatMap((client) =>
  client.operations.flatMap((operation) => client.layouts.map((layout) => ({ client, operation, layout }))),
)
type Row = (typeof rows)[number]
const named = (row: Row): [string, Row] => [`${row.client.name}, ${row.operation}, ${row.layout}`, row]
const isSigned = ({ layout }: { layout: Layout }): boolean => layout !== 'unsigned' && layout !== 'timestamp-only'
const signedRows = rows.filter(isSigned)

function signing(layout: Layout, faults: Faults = {}): Signing {
  if (layout === 'unsigned') return { layout }
  if (layout === 'timestamp-only') return { layout, now: NOW }
  const { privateKeyPem, certificatePem } = identity
  return { layout, privateKeyPem, certificatePem, now: NOW, ...faults }
}

const build = (client: ClientVector, operation: Operation, layout: Layout, faults: Faults = {}) =>
  client.build(client.example(operation, PARTY), signing(layout, faults))

class ByCodePoint extends ExclusiveCanonicalization {
  override nsCompare(a: { prefix: string }, b: { prefix: string }): number {
    return a.prefix < b.prefix ? -1 : Number(a.prefix > b.prefix)
  }
}

/** xml-crypto on the message as it is, stock or with prefixes sorted as C14N wants; false where it cannot follow. */
function xmlCryptoVerifies(message: Buffer, canonicalisation?: typeof ByCodePoint): boolean {
  const xml = message.toString('utf8')
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const signed = new SignedXml({ publicCert: identity.certificatePem, getCertFromKeyInfo: () => null })
  if (canonicalisation) signed.CanonicalizationAlgorithms[NS.ec] = canonicalisation
  signed.loadSignature(document.getElementsByTagNameNS(NS.ds, 'Signature')[0]!)
  try {
    return signed.checkSignature(xml)
  } catch {
    return false
  }
}

describe('every message', () => {
  test.each(rows.map(named))('is well-formed and carries what it was asked to: %s', (_name, row) => {
    const request = row.client.example(row.operation, PARTY)
    const built = row.client.build(request, signing(row.layout))
    withDocument(built.body, (root, document) => {
      expect(document.dtd).toBeNull()
      const body = only(root, NS.soap, 'Body')[0]!
      expect(children(body).map((e) => `${e.namespaceUri} ${e.name}`)).toEqual([`${NS.asi} ${row.operation}`])
      const values = (name: string) => descendants(body).flatMap((e) => (e.name === name ? [e.content] : []))
      expect(values('PalveluTunnus')).toEqual([PARTY.serviceId])
      expect(values('SanomaTunniste')).toEqual([built.sent.exchangeId])
      expect(values('ViranomaisTunniste')).toEqual(built.sent.reference === null ? [] : [built.sent.reference])
      const sentIds = descendants(body).flatMap((e) => attribute(e, 'AsiakasTunnus') ?? [])
      expect(sentIds).toEqual(built.sent.recipients.map((one) => one.recipientId))
      expect(values('Nimeke')).toEqual(row.operation.startsWith('Hae') ? [] : [request.title])
      expect(values('KuvausTeksti')).toEqual(row.operation.startsWith('Hae') ? [] : [request.text])
      const files = request.attachments.map((file) => file.content.toString('base64'))
      expect(values('TiedostoSisalto')).toEqual(files)
    })
  })

  test.each(rows.map(named))('goes to the path that belongs to its signature: %s', (_name, row) => {
    expect(build(row.client, row.operation, row.layout).path.endsWith('NonSigned')).toBe(!isSigned(row))
  })
})

describe('every signed message', () => {
  test.each(signedRows.map(named))('verifies with libxml2 and node:crypto: %s', (_name, row) => {
    const verified = verifySigned(build(row.client, row.operation, row.layout).body)
    expect(verified.certificatePem).toBe(identity.certificatePem)
    expect(verified.signedParts.toSorted()).toEqual(['Body', 'Timestamp'])
    const fraction = row.layout.startsWith('node-soap') ? 'T13:30:00Z' : 'T13:30:00.250Z'
    expect(verified.createdAt).toBe(`2026-03-04${fraction}`)
  })

  // Stock xml-crypto 6.3.2 sorts prefixes by locale, so that ds stands before SOAP-ENV; C14N sorts them by code point.
  const canStock = (row: Row): boolean => row.layout !== 'spring-ws'
  test.each(signedRows.filter(canStock).map(named))('verifies with stock xml-crypto: %s', (_name, row) => {
    expect(xmlCryptoVerifies(build(row.client, row.operation, row.layout).body)).toBe(true)
  })
  test.each(signedRows.filter((row) => !canStock(row)).map(named))(
    'is beyond stock xml-crypto because of the prefix list SOAP-ENV: %s',
    (_name, row) => {
      const { body } = build(row.client, row.operation, row.layout)
      expect([xmlCryptoVerifies(body), xmlCryptoVerifies(body, ByCodePoint)]).toEqual([false, true])
    },
  )

  test.each(signedRows.map(named))('shows the faults it was given: %s', (_name, { client, operation, layout }) => {
    const withFault = (faults: Faults): Buffer => build(client, operation, layout, faults).body
    expect(() => verifySigned(withFault({ tamperBody: true }))).toThrow('digest of Body')
    expect(() => verifySigned(withFault({ tamperTimestamp: true }))).toThrow('digest of Timestamp')
    expect(() => verifySigned(withFault({ omitSignature: true }))).toThrow('0 × Signature')
    expect(() => verifySigned(withFault({ timestampOnly: true }))).toThrow('0 × Signature')
    expect(withFault({ timestampOnly: true }).includes('BinarySecurityToken')).toBe(false)
    const late = verifySigned(withFault({ createdAt: new Date(0), expiresAt: new Date(60_000) }))
    expect([late.createdAt?.slice(0, 10), late.expiresAt?.slice(0, 16)]).toEqual(['1970-01-01', '1970-01-01T00:01'])
  })

  test('a letter of eight megabytes is signed within two seconds', () => {
    const client = clientNamed('etp')
    const attachments = [{ name: 'iso.pdf', mime: 'application/pdf', content: examplePdf(6_000_000) }]
    const request = client.example('LahetaViesti', PARTY, { attachments })
    const startedAt = Date.now()
    const { body } = client.build(request, signing('wss4j'))
    expect(Date.now() - startedAt).toBeLessThan(2000)
    expect(body.length).toBeGreaterThan(8_000_000)
    expect(verifySigned(body).signedParts).toEqual(['Timestamp', 'Body'])
  })
})

describe('the node-soap layouts', () => {
  const neutral = (xml: string): string =>
    xml.replace(/x509-[0-9a-f]{32}/g, 'x509-id').replace(/<(Created|Expires|DigestValue|SignatureValue)>[^<]*/g, '<$1>')

  test.each([
    ['node-soap-1.0', 'sha1'],
    ['node-soap-1.6', 'sha256'],
  ] as const)('%s equals what the installed node-soap writes with %s', (layout, hash) => {
    const client = clientNamed('hassu')
    const request = client.example('LahetaViesti', PARTY)
    const unsigned = client.build(request, { layout: 'unsigned' }).body.toString()
    const security = nodeSoapSecurity(identity.privateKeyPem, identity.certificatePem, hash)
    const real = security.postProcess(unsigned.replace('<soap:Body>', '<soap:Header></soap:Header><soap:Body>'), 'soap')
    expect(neutral(client.build(request, signing(layout)).body.toString())).toBe(neutral(real))
    expect(verifySigned(real).hash).toBe(hash)
  })
})
