import { constants, createVerify, publicDecrypt, type KeyObject } from 'node:crypto'

const HASHES = ['sha1', 'sha256', 'sha384', 'sha512', 'sha224', 'md5'] as const
export type SignedHash = (typeof HASHES)[number]

/** DER of AlgorithmIdentifier's OID. Source: RFC 8017 App. B.1 */
const OIDS: Readonly<Record<SignedHash, string>> = {
  md5: '06082a864886f70d0205',
  sha1: '06052b0e03021a',
  sha224: '0609608648016503040204',
  sha256: '0609608648016503040201',
  sha384: '0609608648016503040202',
  sha512: '0609608648016503040203',
}

/** What an RSA value holds when this key made it. */
export type Recovered =
  | { readonly kind: 'digest-info'; readonly hash: SignedHash; readonly digest: Buffer }
  | { readonly kind: 'bare'; readonly octets: Buffer }

/**
 * Opens an RSA signature value with a public key; null when another key made it. A value that opens to right padding
 * was made with the key: by chance that happens once in 2^72 at most.
 */
export function recover(key: KeyObject, value: Buffer): Recovered | null {
  if (key.asymmetricKeyType !== 'rsa') return null
  let octets: Buffer
  try {
    octets = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, value)
  } catch {
    return null
  }
  const hex = octets.toString('hex')
  for (const hash of HASHES) {
    for (const parameters of ['0500', '']) {
      const identifier = sequence(OIDS[hash] + parameters)
      const length = { md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }[hash]
      const digest = octets.subarray(octets.length - length)
      if (hex === sequence(identifier + `04${byte(length)}${digest.toString('hex')}`))
        return { kind: 'digest-info', hash, digest }
    }
  }
  return { kind: 'bare', octets }
}

const byte = (value: number): string => value.toString(16).padStart(2, '0')
const sequence = (hex: string): string => `30${byte(hex.length / 2)}${hex}`

/** Whether a value is one of RSASSA-PSS; which hash, or null. */
export function pssHash(key: KeyObject, value: Buffer, octets: string): SignedHash | null {
  if (key.asymmetricKeyType !== 'rsa') return null
  const isMade = (hash: SignedHash): boolean => {
    try {
      const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      return createVerify(hash).update(octets, 'utf8').verify(options, value)
    } catch {
      return false
    }
  }
  return HASHES.find(isMade) ?? null
}
