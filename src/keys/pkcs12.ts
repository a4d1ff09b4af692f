import { createHmac } from 'node:crypto'
import forge from 'node-forge'

/** What a PKCS#12 file holds of keys and certificates, exactly the bytes of the file. */
export interface Pkcs12 {
  /** PKCS#8, DER */
  readonly privateKeys: readonly Buffer[]
  /** X.509, DER; those of trusted entries too */
  readonly certificates: readonly Buffer[]
}

type Asn1 = forge.asn1.Asn1
/** forge's texts are bytes, one for each character */
type Bytes = string
type Cipher = forge.cipher.BlockCipher

const { asn1 } = forge
// Left out of the package's types.
const pbe = (forge.pki as unknown as { pbe: { getCipher(oid: string, params: Asn1, password: string | null): Cipher } })
  .pbe

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const PBES2 = '1.2.840.113549.1.5.13'
const KEY_BAG = '1.2.840.113549.1.12.10.1.1'
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2'
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3'
const SAFE_CONTENTS_BAG = '1.2.840.113549.1.12.10.1.6'
const X509 = '1.2.840.113549.1.9.22.1'
const digests: Readonly<Record<string, 'sha1' | 'sha256' | 'sha384' | 'sha512'>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

class WrongPassword extends Error {}

/** A PFX is a sequence that begins with its version, 3; private keys and certificates begin otherwise. */
export function isPkcs12(bytes: Buffer): boolean {
  const length = bytes[1] ?? 0
  const start = length > 0x80 ? 2 + (length & 0x7f) : 2
  return bytes[0] === 0x30 && bytes.subarray(start, start + 3).equals(Buffer.from([2, 1, 3]))
}

/**
 * Opens a file that is protected by a password, as OpenSSL, Java and Windows make them: PBES2 with AES, and the older
 * 3DES and 40-bit RC2. node-forge brings ASN.1, key derivation and ciphers; its own walk through the file is not used,
 * because that writes certificates anew instead of handing out their bytes, and reads the password of PBES2 as Latin-1.
 * @param password  null when there is none
 * @returns null when the password does not open the file
 * @throws Error when the file is damaged, or protected in a way that is not known here
 * Source: RFC 7292 §4, §5.1, appendix B (the password there is UTF-16); RFC 8018 §6.2 (UTF-8)
 */
export function openPkcs12(bytes: Buffer, password: string | null): Pkcs12 | null {
  // No password is written in two ways: as an empty one, and as none.
  for (const attempt of password === null || password === '' ? ['', null] : [password]) {
    try {
      return open(bytes.toString('latin1'), attempt)
    } catch (error) {
      if (!(error instanceof WrongPassword)) throw error
    }
  }
  return null
}

function open(bytes: Bytes, password: string | null): Pkcs12 {
  const [, authSafe, mac] = partsOf(asn1.fromDer(bytes))
  const [kind, content] = partsOf(authSafe)
  if (oidOf(kind) !== DATA) throw new Error('not protected by a password')
  const safes = octetsOf(partsOf(content)[0])
  if (mac !== undefined) checkMac(mac, safes, password)
  const found = { privateKeys: [] as Buffer[], certificates: [] as Buffer[] }
  for (const safe of partsOf(asn1.fromDer(safes))) collect(contentsOf(safe, password), password, found)
  return found
}

function checkMac(mac: Asn1, content: Bytes, password: string | null): void {
  const [info, salt, count] = partsOf(mac)
  const [algorithm, expected] = partsOf(info)
  const name = digests[oidOf(partsOf(algorithm)[0])]
  if (name === undefined) throw new Error('protected against changes by an unknown algorithm')
  const digest = forge.md[name].create()
  const key = forge.pkcs12.generateKey(
    ...([password, forge.util.createBuffer(octetsOf(salt)), 3] as const),
    count === undefined ? 1 : asn1.derToInteger(octetsOf(count)),
    (digest as unknown as { digestLength: number }).digestLength,
    digest,
  )
  const actual = createHmac(name, bufferOf(key.getBytes())).update(bufferOf(content)).digest()
  if (!actual.equals(bufferOf(octetsOf(expected)))) throw new WrongPassword()
}

/** SafeContents of one ContentInfo, decrypted if need be. */
function contentsOf(info: Asn1, password: string | null): Asn1 {
  const [kind, content] = partsOf(info)
  const [inner] = partsOf(content)
  if (oidOf(kind) === DATA) return asn1.fromDer(octetsOf(inner))
  if (oidOf(kind) !== ENCRYPTED_DATA) throw new Error('not protected by a password')
  const [, algorithm, encrypted] = partsOf(partsOf(inner)[1])
  return parsed(decrypt(algorithm, encrypted, password))
}

function collect(
  contents: Asn1,
  password: string | null,
  found: { privateKeys: Buffer[]; certificates: Buffer[] },
): void {
  for (const bag of partsOf(contents)) {
    const [kind, wrapper] = partsOf(bag)
    const [value] = partsOf(wrapper)
    switch (oidOf(kind)) {
      case KEY_BAG:
        found.privateKeys.push(bufferOf(asn1.toDer(present(value)).getBytes()))
        break
      case SHROUDED_KEY_BAG:
        found.privateKeys.push(bufferOf(decrypt(partsOf(value)[0], partsOf(value)[1], password)))
        break
      case CERTIFICATE_BAG:
        if (oidOf(partsOf(value)[0]) === X509)
          found.certificates.push(bufferOf(octetsOf(partsOf(partsOf(value)[1])[0])))
        break
      case SAFE_CONTENTS_BAG:
        collect(present(value), password, found)
    }
  }
}

function decrypt(algorithm: Asn1 | undefined, encrypted: Asn1 | undefined, password: string | null): Bytes {
  const [name, parameters] = partsOf(algorithm)
  const oid = oidOf(name)
  const utf8 = Buffer.from(password ?? '', 'utf8').toString('latin1')
  const cipher = pbe.getCipher(oid, present(parameters), oid === PBES2 ? utf8 : password)
  cipher.update(forge.util.createBuffer(octetsOf(encrypted)))
  if (!cipher.finish()) throw new WrongPassword()
  return cipher.output.getBytes()
}

/** A wrong password sometimes passes for a right one until what it gives is read. */
function parsed(decrypted: Bytes): Asn1 {
  try {
    return asn1.fromDer(decrypted)
  } catch {
    throw new WrongPassword()
  }
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('incomplete')
  return part
}

function partsOf(node: Asn1 | undefined): readonly Asn1[] {
  const { value } = present(node)
  if (typeof value === 'string') throw new Error('not of the form of PKCS#12')
  return value
}

/** An octet string in BER may come in pieces. */
function octetsOf(node: Asn1 | undefined): Bytes {
  const { value } = present(node)
  return typeof value === 'string' ? value : value.map(octetsOf).join('')
}

const oidOf = (node: Asn1 | undefined): string => asn1.derToOid(octetsOf(node))
const bufferOf = (bytes: Bytes): Buffer => Buffer.from(bytes, 'latin1')
