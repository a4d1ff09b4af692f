import { describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isPkcs12, openPkcs12 } from '../../src/keys/pkcs12.js'
import { makeIdentity, sharedIdentity, type Identity } from '../support/keys.js'
import { hasProgram, inFolder, libraryPkcs12, madePkcs12, opensslPkcs12 } from '../support/pkcs12.js'

const PASSWORD = 'Päätös 2026 €!'
const isLegacyThere = hasProgram('openssl', 'version') && canMakeLegacy()
const withOpenssl = hasProgram('openssl', 'version') ? describe : describe.skip
const withLegacy = isLegacyThere ? test : test.skip
const withKeytool = hasProgram('keytool', '-help') ? describe : describe.skip

function canMakeLegacy(): boolean {
  try {
    execFileSync('openssl', ['list', '-providers', '-provider', 'legacy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function expectToHold(file: Buffer, password: string | null, identity: Identity): void {
  expect(isPkcs12(file)).toBe(true)
  const found = openPkcs12(file, password)
  expect(found?.privateKeys.map(pemOf)).toEqual([identity.privateKeyPem])
  // Callers compare the certificate: it has to be the very bytes that were put in.
  expect(found?.certificates.map((der) => der.toString('hex'))).toEqual([identity.certificateDer.toString('hex')])
}

const pemOf = (der: Buffer): string =>
  `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/(.{64})(?!$)/g, '$1\n')}\n-----END PRIVATE KEY-----\n`

describe('a file made without any program', () => {
  test('with AES-256 gives its key and certificate', async () => {
    const identity = await sharedIdentity('p12')
    expectToHold(libraryPkcs12(identity, 'salasana'), 'salasana', identity)
  })

  test('with 3DES for the key and 40-bit RC2 for the certificate, as old Java and Windows do, gives both', async () => {
    const identity = await sharedIdentity('p12')
    const file = madePkcs12({ keys: [identity], certificates: [identity] }, { password: PASSWORD, certificates: 'rc2' })
    expectToHold(file, PASSWORD, identity)
  })

  test('with 3DES for everything gives both, also of an EC key', async () => {
    const identity = await makeIdentity({ commonName: 'ec', keyType: 'ec-p256' })
    const file = madePkcs12({ keys: [identity], certificates: [identity] }, { password: 'x', certificates: '3des' })
    expectToHold(file, 'x', identity)
  })

  test('without encryption, protected against changes only, gives both', async () => {
    const identity = await sharedIdentity('p12')
    const file = madePkcs12({ keys: [identity], certificates: [identity] }, { password: 'x', keys: 'none' })
    expectToHold(file, 'x', identity)
  })

  test('without a password is opened without one', async () => {
    const identity = await sharedIdentity('p12')
    const file = madePkcs12({ keys: [identity], certificates: [identity] }, { password: '', certificates: 'rc2' })
    expectToHold(file, null, identity)
  })

  test.each(['wrong', '', null])('is not opened by the password %j', async (password) => {
    const identity = await sharedIdentity('p12')
    expect(openPkcs12(libraryPkcs12(identity, 'salasana'), password)).toBeNull()
  })

  test('that was changed, or cut off anywhere, never gives a key', async () => {
    const identity = await sharedIdentity('p12')
    const file = libraryPkcs12(identity, 'salasana')
    const opened = (bytes: Buffer): unknown => {
      try {
        return openPkcs12(bytes, 'salasana')
      } catch {
        return null
      }
    }
    for (let length = 0; length < file.length; length += 97) expect(opened(file.subarray(0, length))).toBeNull()
    const changed = Buffer.from(file)
    changed[1000]! ^= 1
    expect(opened(changed)).toBeNull()
  })
})

withOpenssl('a file made by openssl', () => {
  test.each(['rsa2048', 'ec-p256'] as const)(
    'today, with AES-256, gives its key (%s) and certificate',
    async (type) => {
      const identity = await sharedIdentity('p12', type)
      expectToHold(opensslPkcs12(identity, PASSWORD), PASSWORD, identity)
    },
  )

  test('with 3DES gives its key and certificate', async () => {
    const identity = await sharedIdentity('p12')
    const old = ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']
    expectToHold(opensslPkcs12(identity, PASSWORD, old), PASSWORD, identity)
  })

  withLegacy('as OpenSSL 1 did it, with 40-bit RC2, gives its key and certificate', async () => {
    const identity = await sharedIdentity('p12')
    expectToHold(opensslPkcs12(identity, PASSWORD, ['-legacy']), PASSWORD, identity)
  })

  test.each(['sha384', 'sha512'])('protected against changes by %s gives its key and certificate', async (digest) => {
    const identity = await sharedIdentity('p12')
    expectToHold(opensslPkcs12(identity, 'x', ['-macalg', digest]), 'x', identity)
  })

  test.each([['-nomac'], ['-noiter', '-nomaciter'], ['-certpbe', 'NONE']])(
    'with %s %s gives its key and certificate',
    async (...options) => {
      const identity = await sharedIdentity('p12')
      const file = opensslPkcs12(identity, 'x', options)
      expectToHold(file, 'x', identity)
      expect(openPkcs12(file, 'y')).toBeNull()
    },
  )

  test('without a password is opened without one', async () => {
    const identity = await sharedIdentity('p12')
    expectToHold(opensslPkcs12(identity, ''), null, identity)
  })
})

withKeytool('a keystore made by Java', () => {
  test.each([[[]], [['-J-Dkeystore.pkcs12.legacy']]])(
    'with a trusted certificate beside the key gives one key and both certificates %j',
    async (options) => {
      const trusted = await sharedIdentity('trusted')
      const file = inFolder((fileOf) => {
        const store = fileOf('store.p12')
        const keytool = (...words: string[]): Buffer =>
          execFileSync(
            'keytool',
            [...options, ...words, '-keystore', store, '-storetype', 'PKCS12', '-storepass', 'salasana'],
            {
              stdio: 'pipe',
            },
          )
        keytool('-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-alias', 'oma', '-dname', 'CN=Oma, C=FI')
        keytool('-importcert', '-noprompt', '-alias', 'muu', '-file', fileOf('crt.pem', trusted.certificatePem))
        return readFileSync(store)
      })
      const found = openPkcs12(file, 'salasana')
      expect(found?.privateKeys).toHaveLength(1)
      expect(found?.certificates).toHaveLength(2)
      expect(found?.certificates).toContainEqual(trusted.certificateDer)
      expect(openPkcs12(file, 'vaara')).toBeNull()
    },
  )
})
