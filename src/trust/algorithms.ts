import { createHash, createSign, createVerify, type Hash, type KeyObject } from 'node:crypto'
import { DS } from './names.js'

export interface DigestAlgorithm {
  readonly uri: string
  readonly name: 'sha1' | 'sha256' | 'sha384' | 'sha512'
}

export interface SignatureAlgorithm {
  readonly uri: string
  readonly keyType: 'rsa' | 'ec'
  readonly digest: DigestAlgorithm['name']
}

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'

/** Tables without a prototype: a name like "constructor" in a message finds nothing. */
const table = <T extends { uri: string }>(rows: readonly T[]): Readonly<Record<string, T | undefined>> =>
  Object.freeze(Object.assign(Object.create(null) as object, Object.fromEntries(rows.map((row) => [row.uri, row]))))

export const digestAlgorithms = table<DigestAlgorithm>([
  { uri: `${DS}sha1`, name: 'sha1' },
  { uri: `${ENC}sha256`, name: 'sha256' },
  { uri: `${MORE}sha384`, name: 'sha384' },
  { uri: `${ENC}sha512`, name: 'sha512' },
])

/** No HMAC: a secret shared with nobody would be the public key. */
export const signatureAlgorithms = table<SignatureAlgorithm>([
  { uri: `${DS}rsa-sha1`, keyType: 'rsa', digest: 'sha1' },
  { uri: `${MORE}rsa-sha256`, keyType: 'rsa', digest: 'sha256' },
  { uri: `${MORE}rsa-sha384`, keyType: 'rsa', digest: 'sha384' },
  { uri: `${MORE}rsa-sha512`, keyType: 'rsa', digest: 'sha512' },
  { uri: `${MORE}ecdsa-sha256`, keyType: 'ec', digest: 'sha256' },
  { uri: `${MORE}ecdsa-sha384`, keyType: 'ec', digest: 'sha384' },
])

export const digestOf = (algorithm: DigestAlgorithm): Hash => createHash(algorithm.name)

/** XML signatures carry ECDSA values as the two numbers r and s, not as DER. Source: xmldsig-core1 §6.4.3. */
const keyOf = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const })

export function verifyBytes(algorithm: SignatureAlgorithm, signed: string, key: KeyObject, value: Buffer): boolean {
  if (key.asymmetricKeyType !== algorithm.keyType) return false
  try {
    return createVerify(algorithm.digest).update(signed, 'utf8').verify(keyOf(key), value)
  } catch {
    return false // node:crypto throws at an ECDSA value of another length than the curve's, for example one in DER
  }
}

export function signBytes(algorithm: SignatureAlgorithm, toSign: string, key: KeyObject): Buffer {
  return createSign(algorithm.digest).update(toSign, 'utf8').sign(keyOf(key))
}
