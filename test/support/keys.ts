import './clients/reflect.js'
import { createHash, webcrypto } from 'node:crypto'

export type KeyType = 'rsa2048' | 'rsa3072' | 'rsa1024' | 'ec-p256'

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
  /** Signs the certificate; without one it signs itself. */
  issuer?: Identity
}

type Algorithm = webcrypto.RsaHashedKeyGenParams | (webcrypto.EcKeyGenParams & { hash: string })

const rsa = (modulusLength: number): Algorithm => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength,
})

const ALGORITHMS: Record<KeyType, Algorithm> = {
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa1024: rsa(1024),
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
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
  const keys = await webcrypto.subtle.generateKey(ALGORITHMS[keyType], true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
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
