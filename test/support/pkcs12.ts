import { execFileSync, spawnSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'
import type { Identity } from './keys.js'

export const hasProgram = (name: string, question: string): boolean =>
  spawnSync(name, [question], { stdio: 'ignore' }).status === 0

/** A folder of files for a program of the system; gone when `work` has its result. */
export function inFolder<T>(work: (fileOf: (name: string, content?: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'asti-pkcs12-'))
  try {
    return work((name, content) => {
      if (content !== undefined) writeFileSync(join(folder, name), content)
      return join(folder, name)
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** PKCS#12 as the `openssl` command makes it. */
export function opensslPkcs12(identity: Identity, password: string, options: readonly string[] = []): Buffer {
  return inFolder((fileOf) => {
    const key = fileOf('key.pem', identity.privateKeyPem)
    const certificate = fileOf('crt.pem', identity.certificatePem)
    const out = fileOf('out.p12')
    const secret = ['-passout', `file:${fileOf('password', `${password}\n`)}`]
    execFileSync(
      'openssl',
      ['pkcs12', '-export', '-inkey', key, '-in', certificate, '-out', out, ...secret, ...options],
      { stdio: 'pipe' },
    )
    return readFileSync(out)
  })
}

type Asn1 = forge.asn1.Asn1
const { asn1 } = forge
// Left out of the package's types.
const legacy = forge as unknown as {
  des: { createEncryptionCipher(key: forge.util.ByteBuffer): forge.cipher.BlockCipher }
}
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class
const sequence = (...parts: Asn1[]): Asn1 => asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, parts)
const explicit = (part: Asn1): Asn1 => asn1.create(CONTEXT_SPECIFIC, asn1.Type.NONE, true, [part])
const oid = (text: string): Asn1 => asn1.create(UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(text).getBytes())
const octets = (bytes: string): Asn1 => asn1.create(UNIVERSAL, asn1.Type.OCTETSTRING, false, bytes)
const integer = (value: number): Asn1 =>
  asn1.create(UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes())
const der = (node: Asn1): string => asn1.toDer(node).getBytes()

const derOfPem = (pem: string): string =>
  Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('latin1')

const ROUNDS = 100
/** How the parts of a file are protected; `rc2` is what old Java and Windows do to certificates. */
export type Protection = 'none' | '3des' | 'rc2'

const pbeOids = { '3des': '1.2.840.113549.1.12.1.3', rc2: '1.2.840.113549.1.12.1.6' }

function encrypt(content: string, protection: '3des' | 'rc2', password: string): { algorithm: Asn1; bytes: string } {
  const salt = randomBytes(8).toString('latin1')
  const derive = (id: number, length: number): forge.util.ByteBuffer =>
    forge.pkcs12.generateKey(
      ...([password, forge.util.createBuffer(salt), id] as const),
      ROUNDS,
      length,
      forge.md.sha1.create(),
    )
  const key = derive(1, protection === 'rc2' ? 5 : 24)
  const cipher =
    protection === 'rc2'
      ? (forge.rc2.createEncryptionCipher(key.getBytes(), 40) as unknown as forge.cipher.BlockCipher)
      : legacy.des.createEncryptionCipher(key)
  cipher.start(derive(2, 8) as never)
  cipher.update(forge.util.createBuffer(content))
  cipher.finish()
  return {
    algorithm: sequence(oid(pbeOids[protection]), sequence(octets(salt), integer(ROUNDS))),
    bytes: cipher.output.getBytes(),
  }
}

interface FileOptions {
  readonly password: string
  readonly certificates?: Protection
  readonly keys?: Exclude<Protection, 'rc2'>
}

/** PKCS#12 with the keys of some identities and the certificates of others, made here: what no command of CI makes. */
export function madePkcs12(
  { keys, certificates }: { keys: readonly Identity[]; certificates: readonly Identity[] },
  { password, ...protection }: FileOptions,
): Buffer {
  const keyBags = keys.map(({ privateKeyPem }) => {
    if (protection.keys === 'none')
      return sequence(oid('1.2.840.113549.1.12.10.1.1'), explicit(asn1.fromDer(derOfPem(privateKeyPem))))
    const { algorithm, bytes } = encrypt(derOfPem(privateKeyPem), '3des', password)
    return sequence(oid('1.2.840.113549.1.12.10.1.2'), explicit(sequence(algorithm, octets(bytes))))
  })
  const certificateBags = certificates.map(({ certificateDer }) =>
    sequence(
      oid('1.2.840.113549.1.12.10.1.3'),
      explicit(sequence(oid('1.2.840.113549.1.9.22.1'), explicit(octets(certificateDer.toString('latin1'))))),
    ),
  )
  const data = (content: string): Asn1 => sequence(oid('1.2.840.113549.1.7.1'), explicit(octets(content)))
  const encrypted = (content: string, how: '3des' | 'rc2'): Asn1 => {
    const { algorithm, bytes } = encrypt(content, how, password)
    const inner = asn1.create(CONTEXT_SPECIFIC, asn1.Type.NONE, false, bytes)
    const body = sequence(integer(0), sequence(oid('1.2.840.113549.1.7.1'), algorithm, inner))
    return sequence(oid('1.2.840.113549.1.7.6'), explicit(body))
  }
  const how = protection.certificates ?? 'none'
  const certificateContents = der(sequence(...certificateBags))
  const safes = der(
    sequence(
      how === 'none' ? data(certificateContents) : encrypted(certificateContents, how),
      data(der(sequence(...keyBags))),
    ),
  )
  const salt = randomBytes(8).toString('latin1')
  const macKey = forge.pkcs12.generateKey(
    ...([password, forge.util.createBuffer(salt), 3] as const),
    ROUNDS,
    20,
    forge.md.sha1.create(),
  )
  const mac = createHmac('sha1', Buffer.from(macKey.getBytes(), 'latin1')).update(Buffer.from(safes, 'latin1')).digest()
  const sha1 = sequence(oid('1.3.14.3.2.26'), asn1.create(UNIVERSAL, asn1.Type.NULL, false, ''))
  const macData = sequence(sequence(sha1, octets(mac.toString('latin1'))), octets(salt), integer(ROUNDS))
  return Buffer.from(der(sequence(integer(3), data(safes), macData)), 'latin1')
}

/** PKCS#12 with AES-256 (PBES2), as the library that reads them writes it. */
export function libraryPkcs12(identity: Identity, password: string): Buffer {
  const key = forge.pki.privateKeyFromPem(identity.privateKeyPem)
  const file = forge.pkcs12.toPkcs12Asn1(key, [forge.pki.certificateFromPem(identity.certificatePem)], password, {
    algorithm: 'aes256',
    count: ROUNDS,
  })
  return Buffer.from(der(file), 'latin1')
}
