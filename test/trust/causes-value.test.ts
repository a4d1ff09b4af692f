import { beforeAll, describe, expect, test } from '@jest/globals'
import { constants, createHash, createSign, privateEncrypt } from 'node:crypto'
import type { Cause } from '../../src/trust/errors.js'
import { edit } from '../support/corpus/edit.js'
import { privateKeyOf } from '../support/corpus/keys.js'
import { resign } from '../support/corpus/resign.js'
import { uri } from '../support/corpus/algorithms.js'
import { diagnose, formatted, requestOf, stacks } from '../support/diagnosis.js'
import { makeIdentity, sharedIdentity, type Identity } from '../support/keys.js'

let key: Identity
let other: Identity
let p256: Identity
let p256other: Identity
beforeAll(async () => {
  key = await sharedIdentity('causes')
  other = await sharedIdentity('causes, other')
  p256 = await makeIdentity({ commonName: 'causes P-256', keyType: 'ec-p256' })
  p256other = await makeIdentity({ commonName: 'causes P-256, other', keyType: 'ec-p256' })
})

const causeOf = async (xml: string, registered: readonly Identity[]): Promise<Partial<Cause> & { code: string }> => {
  const { code, cause } = await diagnose(xml, { registered })
  return { code, ...cause }
}
const invalid = (id: Cause['id'], facts: object = {}, certainty = 'proven') => ({
  code: 'SIGNATURE_INVALID',
  id,
  certainty,
  facts: expect.objectContaining(facts),
})

describe.each(stacks)('%s in %s', (client, layout) => {
  test('another registered key signed', async () => {
    const xml = resign(requestOf(client, layout, key), { key: other })
    expect(await causeOf(xml, [key, other])).toEqual(invalid('wrong-key', { signedBy: other.fingerprintSha256 }))
  })

  test('a key signed that nobody knows', async () => {
    const xml = resign(requestOf(client, layout, key), { key: other })
    expect(await causeOf(xml, [key])).toEqual(invalid('wrong-key', { tried: 0 }, 'likely'))
  })

  test('the whole request was pretty-printed: SignedInfo tells it first', async () => {
    const cause = await causeOf(formatted(requestOf(client, layout, key)), [key])
    expect(cause).toMatchObject({ ...invalid('reindented-after-signing'), parts: ['SignedInfo'] })
  })

  test('a digest in SignedInfo was exchanged after signing', async () => {
    const xml = edit(
      requestOf(client, layout, key),
      /DigestValue>(.)/,
      (_w, c) => `DigestValue>${c === 'A' ? 'B' : 'A'}`,
    )
    expect(await causeOf(xml, [key])).toMatchObject({
      ...invalid('signed-info-changed', { changed: 'DigestValue' }),
      parts: ['SignedInfo'],
    })
  })

  test('something unknown in SignedInfo was changed after signing', async () => {
    const xml = requestOf(client, layout, key).replace(/(<(?:ds:)?SignedInfo)>/, '$1 Id="uusi">')
    expect(await causeOf(xml, [key])).toMatchObject(
      invalid('signed-info-changed', { signedDigest: expect.any(String) }),
    )
  })

  test('the name of the signature algorithm was exchanged after signing', async () => {
    const xml = edit(
      requestOf(client, layout, key),
      /SignatureMethod Algorithm="[^"]*"/,
      `SignatureMethod Algorithm="${uri.rsaSha512}"`,
    )
    expect(await causeOf(xml, [key])).toMatchObject(invalid('signed-info-changed', { changed: 'SignatureMethod' }))
  })

  test('one bit of the value makes no proof of anything', async () => {
    const xml = edit(
      requestOf(client, layout, key),
      /SignatureValue>(.)/,
      (_w, c) => `SignatureValue>${c === 'A' ? 'B' : 'A'}`,
    )
    expect(await causeOf(xml, [key, other])).toMatchObject({ id: 'wrong-key', certainty: 'likely' })
  })
})

describe('RSA values written in another way', () => {
  const rsa256 = (signedInfo: Buffer): Buffer => createSign('sha256').update(signedInfo).sign(privateKeyOf(key))
  const cases: Record<string, [Cause['id'], object, (signedInfo: Buffer) => Buffer]> = {
    'SHA-512 under the name of SHA-256': [
      'signature-algorithm-mislabelled',
      { stated: 'sha256', used: 'sha512' },
      (signedInfo) => createSign('sha512').update(signedInfo).sign(privateKeyOf(key)),
    ],
    'RSASSA-PSS': [
      'rsa-pss',
      { used: 'sha256' },
      (signedInfo) =>
        createSign('sha256')
          .update(signedInfo)
          .sign({ key: privateKeyOf(key), padding: constants.RSA_PKCS1_PSS_PADDING }),
    ],
    'the hash without DigestInfo': [
      'signature-value-encoding',
      { form: 'hash without DigestInfo' },
      (signedInfo) => privateEncrypt(privateKeyOf(key), createHash('sha256').update(signedInfo).digest()),
    ],
    'the hash of the hash': [
      'signature-value-encoding',
      { form: 'hash of the hash' },
      (signedInfo) => rsa256(createHash('sha256').update(signedInfo).digest()),
    ],
    'octets in the order of Windows': [
      'signature-value-encoding',
      { form: 'octets in reverse order' },
      (signedInfo) => rsa256(signedInfo).reverse(),
    ],
    'base64 twice': [
      'signature-value-encoding',
      { form: 'base64 twice' },
      (signedInfo) => Buffer.from(rsa256(signedInfo).toString('base64')),
    ],
  }
  test.each(Object.entries(cases))('%s', async (_name, [id, facts, sign]) => {
    const xml = resign(requestOf('hassu', 'node-soap-1.6', key), { key, sign })
    expect(await causeOf(xml, [key])).toEqual(invalid(id, facts))
  })
})

describe('ECDSA', () => {
  /** A request in the name of a certificate with an elliptic key, signed in any way. */
  const request = (
    sign: ((signedInfo: Buffer) => Buffer) | null,
    by: Identity,
    algorithm: string = uri.ecdsaSha256,
  ): string => {
    const xml = requestOf('hassu', 'node-soap-1.6', p256)
    const named = edit(xml, /SignatureMethod Algorithm="[^"]*"/, `SignatureMethod Algorithm="${algorithm}"`)
    return resign(named, { key: by, ...(sign && { sign }) })
  }
  const der =
    (hash: string, by: () => Identity) =>
    (signedInfo: Buffer): Buffer =>
      createSign(hash).update(signedInfo).sign(privateKeyOf(by()))

  test('an honest one is verified', async () => {
    expect((await causeOf(request(null, p256), [p256])).code).toBe('verified')
  })
  test('the value as DER', async () => {
    const cause = await causeOf(
      request(
        der('sha256', () => p256),
        p256,
      ),
      [p256],
    )
    expect(cause).toEqual(invalid('ecdsa-value-encoding', { valueWrittenAs: 'DER' }))
  })
  test('SHA-384 under the name of SHA-256', async () => {
    const cause = await causeOf(
      request(
        der('sha384', () => p256),
        p256,
      ),
      [p256],
    )
    expect(cause).toEqual(invalid('signature-algorithm-mislabelled', { stated: 'sha256', used: 'sha384' }))
  })
  test('another registered key signed', async () => {
    expect(await causeOf(request(null, p256other), [p256, p256other])).toEqual(
      invalid('wrong-key', { signedBy: p256other.fingerprintSha256 }),
    )
  })
  test('a key that nobody knows', async () => {
    expect(await causeOf(request(null, p256other), [p256])).toEqual(invalid('wrong-key', {}, 'likely'))
  })
  test('an RSA value under the certificate of an elliptic key', async () => {
    const xml = resign(requestOf('hassu', 'node-soap-1.6', p256), { key })
    expect(await causeOf(xml, [p256])).toEqual(invalid('key-type-differs', { stated: 'rsa', key: 'ec' }))
    expect(await causeOf(xml, [p256, key])).toEqual(invalid('wrong-key', { signedBy: key.fingerprintSha256 }))
  })
  test('the request was pretty-printed after signing', async () => {
    const cause = await causeOf(formatted(request(null, p256)), [p256])
    expect(cause).toMatchObject({ ...invalid('reindented-after-signing'), parts: ['SignedInfo'] })
  })
})
