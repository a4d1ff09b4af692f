import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  readCertificate,
  readEnvelope,
  signEnvelope,
  TrustError,
  verify,
  type TrustPolicy,
} from '../../src/trust/index.js'
import { clientNamed } from '../support/clients/index.js'
import { verifySigned } from '../support/clients/index.js'
import { makeIdentity, sharedIdentity, type Identity } from '../support/keys.js'
import { createPrivateKey } from 'node:crypto'

const policy: TrustPolicy = {
  clockSkewMs: 300_000,
  maxMessageAgeMs: 900_000,
  maxTimestampLifetimeMs: 900_000,
  sha1: 'allowed',
  revocation: 'off',
}
const now = new Date()
let identity: Identity
let request: string

beforeAll(async () => {
  identity = await sharedIdentity('verify')
  const hassu = clientNamed('hassu')
  const built = hassu.build(hassu.example('LahetaViesti', { authorityId: 'a_ws', serviceId: 'a_ws_1' }), {
    layout: 'node-soap-1.6',
    privateKeyPem: identity.privateKeyPem,
    certificatePem: identity.certificatePem,
    now,
  })
  request = built.body.toString()
})

const judge = (xml: string, options: Partial<TrustPolicy> = {}) =>
  verify(readEnvelope(Buffer.from(xml)), {
    now,
    policy: { ...policy, ...options },
    registry: registryOf(identity),
  })

const registryOf = ({ certificatePem }: Identity) => {
  const certificate = readCertificate(certificatePem)
  return {
    findCertificate: (fingerprint: string) =>
      Promise.resolve(fingerprint === certificate.fingerprint ? { certificate } : null),
    listCertificates: () => Promise.resolve([{ certificate }]),
  }
}

const codeOf = async (xml: string, options: Partial<TrustPolicy> = {}): Promise<string> => {
  try {
    await judge(xml, options)
    return 'verified'
  } catch (error) {
    if (error instanceof TrustError) return error.code
    throw error
  }
}

test('an honest request is verified, and every check is in the report', async () => {
  const verified = await judge(request)
  expect(verified.payload.local).toBe('LahetaViesti')
  expect(verified.report.checks.map(({ check, passed }) => [check, passed])).toEqual(
    [
      'security-header',
      'signature-structure',
      'algorithms',
      'references',
      'certificate',
      'signature-value',
      'digests',
      'timestamp',
    ].map((check) => [check, true]),
  )
})

test('the report of a refusal ends with the check that failed', async () => {
  const error = await judge(request.replace('<Nimeke>', '<Nimeke>X')).catch((e: unknown) => e as TrustError)
  expect((error as TrustError).report?.checks.at(-1)).toMatchObject({
    check: 'digests',
    passed: false,
    facts: { code: 'BODY_CHANGED' },
  })
})

test('insignificant shape outside the signed parts does not matter', async () => {
  expect(await codeOf(request.replace('<soap:Header>', '<!-- x -->\n<soap:Header>'))).toBe('verified')
  expect(await codeOf(request.replace(/<\?xml[^>]*\?>/, ''))).toBe('verified')
})

describe('what a forger tries', () => {
  const body = (xml: string): string => /<soap:Body[^]*<\/soap:Body>/.exec(xml)![0]
  const cases: [string, (xml: string) => string, string][] = [
    [
      'the signed Body moved into the header and another put in its place',
      (xml) =>
        xml
          .replace(body(xml), body(xml).replace(/ Id="[^"]*"/, ''))
          .replace('</soap:Header>', `<x xmlns="urn:x">${body(xml)}</x></soap:Header>`),
      'SIGNATURE_POLICY',
    ],
    [
      'a second element with the id of the Body',
      (xml) =>
        xml.replace(
          '</soap:Header>',
          `<x xmlns="urn:x" Id="${/<soap:Body[^>]* Id="([^"]*)"/.exec(xml)![1]!}"/></soap:Header>`,
        ),
      'SIGNATURE_POLICY',
    ],
    [
      'a second Security header',
      (xml) =>
        xml.replace(
          /<wsse:Security[^]*<\/wsse:Security>/,
          (security) => security + security.replace(/ (wsu:)?Id="[^"]*"/g, ''),
        ),
      'SIGNATURE_POLICY',
    ],
    [
      'a second Timestamp',
      (xml) => xml.replace(/<Timestamp[^]*?<\/Timestamp>/, (t) => t + t.replace(/ Id="[^"]*"/, '')),
      'SIGNATURE_POLICY',
    ],
    ['a reference to an XPointer', (xml) => xml.replace(/URI="#_0"/, 'URI="#xpointer(/)"'), 'SIGNATURE_POLICY'],
    ['a reference to the whole document', (xml) => xml.replace(/URI="#_0"/, 'URI=""'), 'SIGNATURE_POLICY'],
    [
      'an HMAC in place of the signature',
      (xml) =>
        xml.replace(
          /SignatureMethod Algorithm="[^"]*"/,
          'SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"',
        ),
      'ALGORITHM_REFUSED',
    ],
    [
      'an algorithm named like an object member',
      (xml) => xml.replace(/SignatureMethod Algorithm="[^"]*"/, 'SignatureMethod Algorithm="constructor"'),
      'ALGORITHM_REFUSED',
    ],
    [
      'an XSLT transform',
      (xml) =>
        xml.replace(
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/TR/1999/REC-xslt-19991116',
        ),
      'ALGORITHM_REFUSED',
    ],
    [
      'canonicalisation with comments',
      (xml) =>
        xml.replace(
          /CanonicalizationMethod Algorithm="[^"]*"/,
          'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#WithComments"',
        ),
      'ALGORITHM_REFUSED',
    ],
    [
      'an element inside a digest value',
      (xml) => xml.replace(/<DigestValue>/, '<DigestValue><x/>'),
      'SIGNATURE_POLICY',
    ],
    [
      'an element inside the signature value',
      (xml) => xml.replace(/<SignatureValue>/, '<SignatureValue><x/>'),
      'SIGNATURE_POLICY',
    ],
    [
      'one bit of the signature value',
      (xml) => xml.replace(/<SignatureValue>(.)/, (_w, c: string) => `<SignatureValue>${c === 'A' ? 'B' : 'A'}`),
      'SIGNATURE_INVALID',
    ],
    [
      'a digest exchanged for that of other content',
      (xml) => xml.replace(/<DigestValue>[^<]*/, '<DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='),
      'SIGNATURE_INVALID',
    ],
  ]
  test.each(cases)('%s', async (_name, forge, code) => {
    const forged = forge(request)
    expect(forged).not.toBe(request)
    expect(await codeOf(forged)).toBe(code)
  })
})

test('SHA-1 is taken or refused by one setting', async () => {
  const oph = clientNamed('oph')
  const signed = oph.build(oph.example('HaeTilaTieto', { authorityId: 'a_ws', serviceId: 'a_ws_1' }), {
    layout: 'wss4j',
    privateKeyPem: identity.privateKeyPem,
    certificatePem: identity.certificatePem,
    now,
  })
  expect([await codeOf(signed.body.toString()), await codeOf(signed.body.toString(), { sha1: 'refused' })]).toEqual([
    'verified',
    'ALGORITHM_REFUSED',
  ])
})

describe('what we sign ourselves', () => {
  const write = (prefix: string, text: string) => (security: { bodyAttributes: string; header: string }) =>
    `<${prefix}:Envelope xmlns:${prefix}="http://schemas.xmlsoap.org/soap/envelope/" xmlns:u="urn:u"><${prefix}:Header>${security.header}</${prefix}:Header><${prefix}:Body${security.bodyAttributes}><u:a>${text}</u:a></${prefix}:Body></${prefix}:Envelope>`
  const sha256 = {
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  }
  const sha1 = {
    signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
  }

  test.each([
    ['sha256', sha256],
    ['sha1', sha1],
  ])('verifies with libxml2 and node:crypto in %s, with any text', (_name, algorithms) => {
    const signer = { privateKey: createPrivateKey(identity.privateKeyPem), certificate: identity.certificateDer }
    const signed = signEnvelope(write('soap', 'ä &amp; &lt;\n🙂'), signer, { algorithms, timestamp: null })
    const verified = verifySigned(signed)
    expect(verified).toBeTruthy()
    expect(signed).not.toContain('mustUnderstand')
  })

  test('is signed with SHA-256 of its own kind when our key cannot make what the caller used', async () => {
    const ec = await makeIdentity({ commonName: 'gateway ec', keyType: 'ec-p256' })
    const signer = { privateKey: createPrivateKey(ec.privateKeyPem), certificate: ec.certificateDer }
    const signed = signEnvelope(write('soapenv', 'x'), signer, { algorithms: sha1, timestamp: null })
    expect(signed).toContain('xmldsig-more#ecdsa-sha256')
  })
})
