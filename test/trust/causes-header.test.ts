import { beforeAll, describe, expect, test } from '@jest/globals'
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import { readCertificate } from '../../src/trust/index.js'
import type { Cause } from '../../src/trust/errors.js'
import { edit, Honest, makeKeys, NS, withToken, type Keys } from '../support/corpus/index.js'
import { diagnose, now, requestOf } from '../support/diagnosis.js'
import { makeIdentity, type Identity } from '../support/keys.js'

const DAY_MS = 24 * 3600 * 1000

let keys: Keys
let honest: Honest
beforeAll(async () => {
  keys = await makeKeys(now)
  honest = new Honest({ now, keys, from: { authorityId: 'a_ws', serviceId: 'a_ws_1' } })
})

const causeOf = async (
  xml: string,
  registered: readonly Identity[] = [keys.sender],
  more: { at?: Date; sha1?: 'refused' } = {},
): Promise<Partial<Cause> & { code: string }> => {
  const { code, cause } = await diagnose(xml, { registered, ...more })
  return { code, ...cause }
}
const proven = (code: string, id: Cause['id'], facts: object = {}) => ({ code, id, certainty: 'proven', facts })

/** Another certificate for the key of an identity. */
async function renewed(old: Identity, commonName = old.commonName): Promise<Identity> {
  const { X509CertificateGenerator } = await import('@peculiar/x509')
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const privateKey = createPrivateKey(old.privateKeyPem)
  const der = (kind: 'pkcs8' | 'spki'): Buffer =>
    kind === 'pkcs8'
      ? privateKey.export({ type: 'pkcs8', format: 'der' })
      : createPublicKey(old.privateKeyPem).export({ type: 'spki', format: 'der' })
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}, O=Testiviranomainen, C=FI`,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 365 * DAY_MS),
    keys: {
      privateKey: await webcrypto.subtle.importKey('pkcs8', der('pkcs8'), algorithm, true, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', der('spki'), algorithm, true, ['verify']),
    },
    signingAlgorithm: algorithm,
  })
  const certificateDer = Buffer.from(certificate.rawData)
  const { fingerprint } = readCertificate(certificateDer)
  return { ...old, certificatePem: certificate.toString(), certificateDer, fingerprintSha256: fingerprint }
}

describe('a certificate that is not registered', () => {
  test('renewed for the same key', async () => {
    const fresh = await renewed(keys.sender)
    expect(await causeOf(honest.signedBy(fresh), [keys.sender])).toMatchObject(
      proven('CERTIFICATE_UNTRUSTED', 'other-certificate', {
        relation: 'same-key',
        related: keys.sender.fingerprintSha256,
        fingerprint: fresh.fingerprintSha256,
      }),
    )
  })
  test('of the same name with another key', async () => {
    const namesake = await makeIdentity({ commonName: 'sender' })
    expect(await causeOf(honest.signedBy(namesake))).toMatchObject({
      id: 'other-certificate',
      certainty: 'likely',
      facts: { relation: 'same-name', registered: [keys.sender.fingerprintSha256] },
    })
  })
  test("the CA's instead of the one that it issued", async () => {
    const ca = await makeIdentity({ commonName: 'ca' })
    const leaf = await makeIdentity({ commonName: 'leaf', issuer: ca })
    const xml = withToken(honest.signedBy(leaf), ca.certificateDer.toString('base64'))
    expect(await causeOf(xml, [leaf])).toMatchObject(
      proven('CERTIFICATE_UNTRUSTED', 'other-certificate', { relation: 'issuer-of-registered' }),
    )
  })
  test('of an authority that has none', async () => {
    expect(await causeOf(honest.xml, [])).toMatchObject(
      proven('CERTIFICATE_UNTRUSTED', 'other-certificate', { relation: 'none-registered', registeredCount: 0 }),
    )
  })
  test('of a stranger', async () => {
    expect(await causeOf(honest.signedBy(keys.stranger))).toMatchObject({
      id: 'other-certificate',
      certainty: 'likely',
      facts: { relation: 'unknown' },
    })
  })
  test('names its subject only when a registered one has the same: any other may be that of a person', async () => {
    const namesake = await makeIdentity({ commonName: 'sender' })
    const person = await makeIdentity({ commonName: 'Aino Esimerkki' })
    expect((await causeOf(honest.signedBy(namesake))).facts?.['subject']).toContain('CN=sender')
    const packed = withToken(honest.xml, Buffer.from(person.certificatePem).toString('base64'))
    for (const [xml, registered] of [
      [honest.signedBy(person), [keys.sender]],
      [honest.signedBy(person), []],
      [packed, [keys.sender]],
    ] as const)
      expect(JSON.stringify(await causeOf(xml, [...registered]))).not.toContain('Esimerkki')
  })
  test('expired, or not valid yet', async () => {
    const [expired, early] = [keys.expired, keys.notYetValid]
    expect(await causeOf(honest.signedBy(expired), [expired])).toMatchObject(
      proven('CERTIFICATE_EXPIRED', 'certificate-expired', { days: 1 }),
    )
    expect(await causeOf(honest.signedBy(early), [early])).toMatchObject(
      proven('CERTIFICATE_EXPIRED', 'certificate-not-yet-valid', { days: 1 }),
    )
  })
})

describe('a token that holds something else than a certificate in base64', () => {
  const der = (): Buffer => keys.sender.certificateDer
  const sequence = (content: Buffer): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(content.length)
    return Buffer.concat([Buffer.from([0x30, 0x82]), length, content])
  }
  const cases: Record<string, [form: string, content: () => string]> = {
    'PEM text': ['PEM text', () => keys.sender.certificatePem],
    'PEM text in base64': ['PEM text in base64', () => Buffer.from(keys.sender.certificatePem).toString('base64')],
    'base64 twice': ['base64 twice', () => Buffer.from(der().toString('base64')).toString('base64')],
    PKIPath: ['PKIPath', () => sequence(der()).toString('base64')],
    'URL-safe base64': ['URL-safe base64', () => der().toString('base64url')],
    'a public key': [
      'public key',
      () => createPublicKey(keys.sender.privateKeyPem).export({ type: 'spki', format: 'der' }).toString('base64'),
    ],
    nothing: ['nothing', () => ''],
  }
  test.each(Object.entries(cases))('%s', async (_name, [form, content]) => {
    const cause = await causeOf(withToken(honest.xml, content()))
    expect(cause).toMatchObject({ id: 'token-content', certainty: 'proven', facts: { form } })
    expect(cause.code).toMatch(/^CERTIFICATE_/)
  })
  test('a ValueType that says PKIPath', async () => {
    const xml = edit(honest.xml, /(<wsse:BinarySecurityToken[^>]*)#X509v3/, (_w, head) => `${head}#X509PKIPathv1`)
    expect(await causeOf(xml)).toMatchObject({ code: 'SIGNATURE_POLICY', id: 'token-content', certainty: 'proven' })
  })
})

describe('the clock', () => {
  const signedAt = (seconds: number): string =>
    honest.timed(
      `<wsu:Created>${honest.at(seconds)}</wsu:Created><wsu:Expires>${honest.at(seconds + 300)}</wsu:Expires>`,
    )
  test('ahead', async () => {
    expect(await causeOf(signedAt(1_000))).toMatchObject(
      proven('TIMESTAMP_FUTURE', 'clock-off', { direction: 'ahead', offsetSeconds: 1_000 }),
    )
  })
  test('behind, or late', async () => {
    expect(await causeOf(signedAt(-1_000))).toMatchObject({
      code: 'TIMESTAMP_EXPIRED',
      id: 'clock-off',
      certainty: 'likely',
      facts: { direction: 'behind-or-delayed' },
    })
  })
  test.each([2, 3])('local time written as UTC, %d hours ahead', async (hours) => {
    expect(await causeOf(signedAt(hours * 3600 - 4))).toMatchObject({
      code: 'TIMESTAMP_FUTURE',
      id: 'local-time-as-utc',
      certainty: 'likely',
      facts: { hours },
    })
  })
  test.each([
    ['no time zone', (text: string) => text.replace('Z', '')],
    ['a space instead of T', (text: string) => text.replace('T', ' ')],
    ['empty', () => ''],
  ])('Created with %s', async (problem, change) => {
    const created = `<wsu:Created>${change(honest.at(0))}</wsu:Created><wsu:Expires>${honest.at(300)}</wsu:Expires>`
    expect(await causeOf(honest.timed(created))).toMatchObject(
      proven('TIMESTAMP_INVALID', 'timestamp-form', { element: 'Created', problem }),
    )
  })
})

describe('the structure', () => {
  const cases: Record<string, [code: string, id: Cause['id'], facts: object, change: (xml: string) => string]> = {
    'no Security header': [
      'SIGNATURE_MISSING',
      'signature-missing',
      { headerBlocks: [] },
      (xml) => edit(xml, /<wsse:Security[^]*<\/wsse:Security>/, ''),
    ],
    'a Security header for somebody else': [
      'SIGNATURE_MISSING',
      'signature-missing',
      { actor: 'urn:muu' },
      (xml) => edit(xml, '<wsse:Security ', '<wsse:Security soapenv:actor="urn:muu" '),
    ],
    'a Security header of another specification': [
      'SIGNATURE_MISSING',
      'signature-missing',
      { securityNamespace: 'http://schemas.xmlsoap.org/ws/2002/07/secext' },
      (xml) => xml.replaceAll(NS.wsse, 'http://schemas.xmlsoap.org/ws/2002/07/secext'),
    ],
    'a Signature beside the Security header': [
      'SIGNATURE_MISSING',
      'signature-missing',
      { signatureIn: 'Header' },
      (xml) => {
        const signature = /<ds:Signature [^]*<\/ds:Signature>/.exec(xml)![0]
        return edit(
          edit(xml, signature, ''),
          '</soapenv:Header>',
          `${signature.replace('<ds:Signature ', `<ds:Signature xmlns:wsse="${NS.wsse}" xmlns:wsu="${NS.wsu}" `)}</soapenv:Header>`,
        )
      },
    ],
    'no Timestamp': [
      'TIMESTAMP_MISSING',
      'timestamp-missing',
      {},
      (xml) => edit(xml, /<wsu:Timestamp[^]*<\/wsu:Timestamp>/, ''),
    ],
    'only the Body signed': [
      'TIMESTAMP_UNSIGNED',
      'timestamp-unsigned',
      { signed: ['Body'] },
      (xml) => edit(xml, /<ds:Reference URI="#TS-1">[^]*?<\/ds:Reference>/, ''),
    ],
    'only the Timestamp signed': [
      'SIGNATURE_POLICY',
      'body-unsigned',
      { signed: ['Timestamp'], bodyHasId: true },
      (xml) => edit(xml, /<ds:Reference URI="#id-body">[^]*?<\/ds:Reference>/, ''),
    ],
    'an id under an attribute where nobody looks': [
      'SIGNATURE_POLICY',
      'id-not-found',
      { id: 'id-body', near: ['Body (wsu:id)'] },
      (xml) => edit(xml, /wsu:Id="id-body"/, 'wsu:id="id-body"'),
    ],
    'an id in other letters': [
      'SIGNATURE_POLICY',
      'id-not-found',
      { id: 'id-body', near: ['Body (wsu:Id)'] },
      (xml) => edit(xml, /wsu:Id="id-body"/, 'wsu:Id="ID-BODY"'),
    ],
    'an id that nothing has': [
      'SIGNATURE_POLICY',
      'id-not-found',
      { id: 'id-body', near: [] },
      (xml) => edit(xml, / wsu:Id="id-body"/, ''),
    ],
    'an id twice': [
      'SIGNATURE_POLICY',
      'id-repeated',
      { id: 'id-body', elements: ['BinarySecurityToken', 'Body'] },
      (xml) => edit(xml, '<wsse:BinarySecurityToken ', '<wsse:BinarySecurityToken Id="id-body" '),
    ],
    'an additional part of the header': [
      'SIGNATURE_POLICY',
      'header-shape',
      { children: ['BinarySecurityToken', 'Signature', 'Timestamp', 'UsernameToken'] },
      (xml) => edit(xml, '</wsse:Security>', '<wsse:UsernameToken/></wsse:Security>'),
    ],
    'a whole document signed': [
      'SIGNATURE_POLICY',
      'header-shape',
      { references: ['#TS-1', ''] },
      (xml) => edit(xml, 'URI="#id-body"', 'URI=""'),
    ],
    'inclusive canonicalisation named': [
      'ALGORITHM_REFUSED',
      'algorithm-not-accepted',
      { algorithms: ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315'] },
      (xml) =>
        edit(
          xml,
          /CanonicalizationMethod Algorithm="[^"]*"/,
          'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
        ),
    ],
    'MD5 named': [
      'ALGORITHM_REFUSED',
      'old-algorithm',
      {},
      (xml) =>
        edit(
          xml,
          /DigestMethod Algorithm="[^"]*"/,
          'DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"',
        ),
    ],
  }
  test.each(Object.entries(cases))('%s', async (_name, [code, id, facts, change]) => {
    const changed = change(honest.xml)
    const xml = code === 'SIGNATURE_MISSING' ? changed : honest.resign(changed)
    expect(await causeOf(xml)).toMatchObject(proven(code, id, facts))
  })

  test('SHA-1 where it is refused', async () => {
    const xml = requestOf('etp', 'wss4j', keys.sender)
    expect(await causeOf(xml, [keys.sender], { sha1: 'refused' })).toMatchObject(
      proven('ALGORITHM_REFUSED', 'old-algorithm'),
    )
  })
})
