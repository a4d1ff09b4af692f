import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadKeyPair, loadSigner, KeyError } from '../../src/keys/index.js'
import { sensitive } from '../../src/sensitive.js'
import { makeIdentity, sharedIdentity } from '../support/keys.js'
import { libraryPkcs12, madePkcs12 } from '../support/pkcs12.js'

const PASSWORD = 'aivan-salainen-sana'
const names = { certificate: 'ASTI_SIGNING_CERTIFICATE_FILE', password: 'ASTI_SIGNING_KEY_PASSWORD' }
let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'asti-keys-'))))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
function file(content: string | Buffer): string {
  const path = join(folder, `file-${++count}`)
  writeFileSync(path, content)
  return path
}

function load(keyFile: string, { certificateFile, password }: { certificateFile?: string; password?: string } = {}) {
  return loadKeyPair({
    keyFile,
    certificateFile,
    password: password === undefined ? undefined : sensitive(password),
    names,
  })
}

/** The message that loading meets; it may never show what the files hold, or the password. */
function problem(...given: Parameters<typeof load>): string {
  try {
    load(...given)
  } catch (error) {
    expect(error).toBeInstanceOf(KeyError)
    const { message, cause } = error as KeyError
    const shown = `${message} ${cause instanceof Error ? cause.message : ''}`
    expect(shown).not.toContain(PASSWORD)
    expect(shown).not.toMatch(/BEGIN|MII/)
    return message
  }
  throw new Error('it was accepted')
}

const fingerprint = (hex: string): string => hex.toUpperCase().match(/../g)!.join(':')

describe('a key in PEM', () => {
  test('with its certificate in a file of its own, PEM or DER', async () => {
    const { privateKeyPem, certificatePem, certificateDer, fingerprintSha256 } = await sharedIdentity('pem')
    for (const certificate of [certificatePem, certificateDer]) {
      const pair = load(file(privateKeyPem), { certificateFile: file(certificate) })
      expect(pair.certificate.fingerprint256).toBe(fingerprint(fingerprintSha256))
      expect(pair.certificate.checkPrivateKey(pair.privateKey)).toBe(true)
      expect(pair.chain).toEqual([])
    }
  })

  test('with its certificate in the same file, whatever stands between them', async () => {
    const { privateKeyPem, certificatePem, fingerprintSha256 } = await sharedIdentity('pem')
    const pair = load(file(`Bag Attributes\n  x: y\n${certificatePem}\nKey Attributes\n${privateKeyPem}`))
    expect(pair.certificate.fingerprint256).toBe(fingerprint(fingerprintSha256))
  })

  test.each([
    ['pkcs8', 'aes-256-cbc'],
    ['pkcs1', 'aes-128-cbc'],
    ['pkcs1', 'des-ede3-cbc'],
  ] as const)('protected by a password (%s, %s) opens with it and with no other', async (type, cipher) => {
    const { privateKeyPem, certificatePem } = await sharedIdentity('pem')
    const key = createPrivateKey(privateKeyPem)
    const keyFile = file(key.export({ type, format: 'pem', cipher, passphrase: PASSWORD }))
    const certificateFile = file(certificatePem)
    expect(load(keyFile, { certificateFile, password: PASSWORD }).privateKey.equals(key)).toBe(true)
    expect(problem(keyFile, { certificateFile, password: 'vaara' })).toBe(
      `The password in ASTI_SIGNING_KEY_PASSWORD does not open ${keyFile}`,
    )
    expect(problem(keyFile, { certificateFile })).toBe(
      `${keyFile} is protected by a password: give it in ASTI_SIGNING_KEY_PASSWORD`,
    )
  })

  test('without any certificate names the setting that is missing', async () => {
    const keyFile = file((await sharedIdentity('pem')).privateKeyPem)
    expect(problem(keyFile)).toBe(
      `${keyFile} holds no certificate: name the file of its certificate in ASTI_SIGNING_CERTIFICATE_FILE`,
    )
  })

  test('with the certificate of another key is refused', async () => {
    const keyFile = file((await sharedIdentity('pem')).privateKeyPem)
    const certificateFile = file((await sharedIdentity('other')).certificatePem)
    expect(problem(keyFile, { certificateFile })).toBe(
      `The certificate in ${certificateFile} does not belong to the key in ${keyFile}`,
    )
  })

  test('beside another key is refused, because nobody knows which is meant', async () => {
    const { privateKeyPem, certificatePem } = await sharedIdentity('pem')
    const other = (await sharedIdentity('other')).privateKeyPem
    expect(problem(file(privateKeyPem + other), { certificateFile: file(certificatePem) })).toContain('2 private keys')
  })

  test('of a kind that signs no answers is refused as a signing key', async () => {
    const { privateKeyPem, certificatePem } = await makeIdentity({ commonName: 'ed', keyType: 'ed25519' })
    expect(() => loadSigner(file(privateKeyPem), file(certificatePem))).toThrow('neither RSA nor EC')
  })
})

describe('a certificate chain', () => {
  test('is put in order, from the certificate of the key up, and strangers are left out', async () => {
    const root = await makeIdentity({ commonName: 'Juuri' })
    const middle = await makeIdentity({ commonName: 'Väli', issuer: root })
    const leaf = await makeIdentity({ commonName: 'gateway', issuer: middle })
    const stranger = await sharedIdentity('other')
    const all = [root, stranger, middle, leaf].map(({ certificatePem }) => certificatePem).join('')
    const { certificate, chain } = load(file(leaf.privateKeyPem), { certificateFile: file(all) })
    expect([certificate, ...chain].map(({ subject }) => subject.split('\n')[0])).toEqual([
      'CN=gateway',
      'CN=Väli',
      'CN=Juuri',
    ])
  })

  test('with two certificates of the key shows the one that is valid longer', async () => {
    const issuer = await makeIdentity({ commonName: 'Juuri' })
    const leaf = await makeIdentity({ commonName: 'gateway', issuer })
    const { chain } = load(file(leaf.privateKeyPem), {
      certificateFile: file(leaf.certificatePem + leaf.certificatePem + issuer.certificatePem),
    })
    expect(chain).toHaveLength(1)
  })
})

describe('a key in PKCS#12', () => {
  test('brings its certificate and is told by its content, not its name', async () => {
    const identity = await sharedIdentity('p12')
    const pair = load(file(libraryPkcs12(identity, PASSWORD)), { password: PASSWORD })
    expect(pair.certificate.fingerprint256).toBe(fingerprint(identity.fingerprintSha256))
    expect(pair.certificate.checkPrivateKey(pair.privateKey)).toBe(true)
  })

  test('is used with the certificate file when one is given', async () => {
    const identity = await sharedIdentity('p12')
    const keyFile = file(libraryPkcs12(identity, PASSWORD))
    const other = file((await sharedIdentity('other')).certificatePem)
    expect(() => load(keyFile, { password: PASSWORD, certificateFile: file(identity.certificatePem) })).not.toThrow()
    expect(problem(keyFile, { password: PASSWORD, certificateFile: other })).toContain('does not belong to the key')
  })

  test('among certificates of others takes its own; its issuers follow', async () => {
    const issuer = await makeIdentity({ commonName: 'Juuri' })
    const identity = await makeIdentity({ commonName: 'gateway', issuer })
    const content = { keys: [identity], certificates: [await sharedIdentity('other'), issuer, identity] }
    const pair = load(file(madePkcs12(content, { password: PASSWORD })), { password: PASSWORD })
    expect(pair.certificate.fingerprint256).toBe(fingerprint(identity.fingerprintSha256))
    expect(pair.chain).toHaveLength(1)
  })

  test('with a wrong password or without one says so', async () => {
    const keyFile = file(libraryPkcs12(await sharedIdentity('p12'), PASSWORD))
    expect(problem(keyFile, { password: 'vaara' })).toBe(
      `The password in ASTI_SIGNING_KEY_PASSWORD does not open ${keyFile}`,
    )
    expect(problem(keyFile)).toBe(`${keyFile} is protected by a password: give it in ASTI_SIGNING_KEY_PASSWORD`)
  })

  test('with several keys, one key without certificate, or no key at all is refused', async () => {
    const [one, other] = [await sharedIdentity('p12'), await sharedIdentity('other')]
    const madeOf = (content: Parameters<typeof madePkcs12>[0]): string =>
      file(madePkcs12(content, { password: PASSWORD }))
    const given = { password: PASSWORD }
    expect(problem(madeOf({ keys: [one, other], certificates: [one, other] }), given)).toContain('2 private keys')
    expect(problem(madeOf({ keys: [], certificates: [one] }), given)).toContain('holds no private key')
    expect(problem(madeOf({ keys: [one], certificates: [] }), given)).toContain('holds no certificate')
    expect(problem(madeOf({ keys: [one], certificates: [other] }), given)).toContain('belongs to the private key')
  })

  test('that is damaged says what to do', async () => {
    const whole = libraryPkcs12(await sharedIdentity('p12'), PASSWORD)
    expect(problem(file(whole.subarray(0, 500)), { password: PASSWORD })).toContain('openssl pkcs12 -export')
  })
})

describe('a file that is something else', () => {
  test.each([
    ['a Java keystore of the old form', Buffer.from('feedfeed00000002', 'hex'), 'keytool -importkeystore'],
    ['a text', 'salainen teksti', 'neither PEM nor PKCS#12'],
    ['nothing', '', 'neither PEM nor PKCS#12'],
    ['broken PEM', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 'does not hold a private key'],
    ['bytes', Buffer.from([0x30, 0x82]), 'neither PEM nor PKCS#12'],
  ])('as key: %s', async (_what, content, words) => {
    const certificateFile = file((await sharedIdentity('pem')).certificatePem)
    const keyFile = file(content)
    expect(problem(keyFile, { certificateFile })).toContain(words)
    expect(problem(keyFile, { certificateFile })).toContain(keyFile)
  })

  test('as certificate: a key, a text, or no file at all', async () => {
    const { privateKeyPem } = await sharedIdentity('pem')
    const keyFile = file(privateKeyPem)
    expect(problem(keyFile, { certificateFile: file(privateKeyPem) })).toContain('does not hold a certificate')
    expect(problem(keyFile, { certificateFile: file('teksti') })).toContain('does not hold a certificate')
    const missing = join(folder, 'ei-ole')
    expect(problem(keyFile, { certificateFile: missing })).toBe(`${missing} cannot be read (ENOENT)`)
  })
})
