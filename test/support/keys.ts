import './clients/reflect.js'
import { createHash, webcrypto } from 'node:crypto'

export type KeyType = 'rsa2048' | 'rsa3072' | 'rsa1024' | 'rsa2048-e3' | 'ec-p256' | 'ec-p384' | 'ec-p521' | 'ed25519'

/** A private key with its certificate. `fingerprintSha256` is 64 lower-case hex digits over the DER, without colons. */
export interface Identity {
  commonName: string
  privateKeyPem: string
  certificatePem: string
  certificateDer: Buffer
  fingerprintSha256: string
}

export interface IdentityOptions {
  commonName: string
  keyType?: KeyType
  notBefore?: Date
  notAfter?: Date
  /** hexadecimal; random when not given */
  serialNumber?: string
  /** Signs the certificate; without one it signs itself. */
  issuer?: Identity
}

type Algorithm = webcrypto.RsaHashedKeyGenParams | (webcrypto.EcKeyGenParams & { hash: string }) | { name: 'Ed25519' }

const rsa = (modulusLength: number, publicExponent = [1, 0, 1]): Algorithm => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array(publicExponent),
  modulusLength,
})

const ALGORITHMS: Record<KeyType, Algorithm> = {
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa1024: rsa(1024),
  'rsa2048-e3': rsa(2048, [3]),
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'ec-p521': { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  ed25519: { name: 'Ed25519' },
}

const YEAR_MS = 365 * 24 * 3600 * 1000
const signingKeys = new WeakMap<Identity, webcrypto.CryptoKey>()
const shared = new Map<string, Promise<Identity>>()

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})(?!$)/g, '$1\n')}\n-----END ${label}-----\n`

/** Makes a fresh key and certificate; valid from 30 days ago for two years unless told otherwise. */
export async function makeIdentity(options: IdentityOptions): Promise<Identity> {
  const { commonName, keyType = 'rsa2048', issuer } = options
  const issuerKey = issuer && signingKeys.get(issuer)
  if (issuer && !issuerKey) throw new Error('The issuer has to be an identity made by makeIdentity.')
  // Not a static import: jest loads CommonJS packages before the module above has run.
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } =
    await import('@peculiar/x509')
  const keys = (await webcrypto.subtle.generateKey(ALGORITHMS[keyType], true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const certificate = await X509CertificateGenerator.create({
    serialNumber: options.serialNumber ?? Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    subject: [{ CN: [commonName] }, { O: ['Testiviranomainen'] }, { C: ['FI'] }],
    issuer: [{ CN: [issuer?.commonName ?? commonName] }, { O: ['Testiviranomainen'] }, { C: ['FI'] }],
    notBefore: options.notBefore ?? new Date(Date.now() - 30 * 24 * 3600 * 1000),
    notAfter: options.notAfter ?? new Date(Date.now() + 2 * YEAR_MS),
    publicKey: keys.publicKey,
    signingKey: issuerKey ?? keys.privateKey,
    signingAlgorithm: { ...(issuerKey ?? keys.privateKey).algorithm, hash: 'SHA-256' },
    extensions: [
      new BasicConstraintsExtension(!issuer),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
    ],
  })
  const certificateDer = Buffer.from(certificate.rawData)
  const identity: Identity = {
    commonName,
    privateKeyPem: pem('PRIVATE KEY', Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))),
    certificatePem: pem('CERTIFICATE', certificateDer),
    certificateDer,
    fingerprintSha256: createHash('sha256').update(certificateDer).digest('hex'),
  }
  signingKeys.set(identity, keys.privateKey)
  return identity
}

/** The same identity for the same name within one process, for tests that do not care whose key it is. */
export function sharedIdentity(name: string, keyType: KeyType = 'rsa2048'): Promise<Identity> {
  const key = `${keyType} ${name}`
  const known = shared.get(key) ?? makeIdentity({ commonName: name, keyType })
  shared.set(key, known)
  return known
}
