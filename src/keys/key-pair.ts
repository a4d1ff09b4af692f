import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { Sensitive } from '../sensitive.js'
import { KeyError } from './errors.js'
import { readKeyFile } from './files.js'
import { isPkcs12, openPkcs12 } from './pkcs12.js'

/** Where a private key and its certificate come from. */
export interface KeySource {
  /** PEM, or PKCS#12 with the certificate in it; told by what it holds */
  readonly keyFile: string
  /** PEM or DER; may be missing when the key file holds the certificate too */
  readonly certificateFile?: string | undefined
  readonly password?: Sensitive<string> | undefined
  /** what the person who must act gives the certificate and the password by */
  readonly names: { readonly certificate: string; readonly password?: string }
}

/** A private key with the certificate that belongs to it, and that one's issuers as far as the files hold them. */
export interface KeyPair {
  readonly privateKey: KeyObject
  readonly certificate: X509Certificate
  readonly chain: readonly X509Certificate[]
}

/** The files of a source as they were read. */
export interface KeyFiles {
  readonly key: Buffer
  readonly certificate: Buffer | null
}

interface Material {
  readonly privateKeys: readonly KeyObject[]
  readonly certificates: readonly X509Certificate[]
}

/** @throws KeyError KEY_FILE */
export function readKeyFiles({ keyFile, certificateFile }: KeySource): KeyFiles {
  return {
    key: readKeyFile(keyFile),
    certificate: certificateFile === undefined ? null : readKeyFile(certificateFile),
  }
}

/** @throws KeyError KEY_FILE, also when key and certificate do not belong together */
export const loadKeyPair = (source: KeySource): KeyPair => keyPairOf(source, readKeyFiles(source))

/** @throws KeyError KEY_FILE, also when key and certificate do not belong together */
export function keyPairOf(source: KeySource, files: KeyFiles): KeyPair {
  const { keyFile, certificateFile, names } = source
  const { privateKeys, certificates: inKeyFile } = materialOf(source, files.key)
  const privateKey = onlyOne(privateKeys, keyFile)
  if (files.certificate === null && inKeyFile.length === 0)
    throw new KeyError(`${keyFile} holds no certificate: name the file of its certificate in ${names.certificate}`)
  const certificates =
    files.certificate === null ? inKeyFile : certificatesIn(certificateFile ?? keyFile, files.certificate)
  // One key may have been certified twice; the later certificate is the one to show.
  const [certificate] = certificates
    .filter((one) => one.checkPrivateKey(privateKey))
    .sort((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo))
  if (certificate === undefined) {
    throw new KeyError(
      certificateFile === undefined
        ? `No certificate in ${keyFile} belongs to the private key in it`
        : `The certificate in ${certificateFile} does not belong to the key in ${keyFile}`,
    )
  }
  return { privateKey, certificate, chain: issuersOf(certificate, certificates) }
}

function onlyOne(privateKeys: readonly KeyObject[], file: string): KeyObject {
  const [privateKey, ...more] = privateKeys
  if (privateKey === undefined) throw new KeyError(`${file} holds no private key`)
  if (more.length > 0) {
    throw new KeyError(
      `${file} holds ${privateKeys.length} private keys: make a file with one of them ` +
        '(of a Java keystore: keytool -importkeystore … -deststoretype PKCS12 -srcalias NAME)',
    )
  }
  return privateKey
}

function materialOf(source: KeySource, bytes: Buffer): Material {
  const { keyFile } = source
  if (isPkcs12(bytes)) return materialOfPkcs12(source, bytes)
  if (/^(feedfeed|cececece)/.test(bytes.toString('hex', 0, 4)))
    throw new KeyError(
      `${keyFile} is a Java keystore of the old form: make PKCS#12 of it with keytool -importkeystore … -deststoretype PKCS12`,
    )
  const blocks = blocksOf(bytes)
  if (blocks.length === 0)
    throw new KeyError(`${keyFile} does not hold a private key: it is neither PEM nor PKCS#12 (.p12, .pfx)`)
  return {
    privateKeys: blocks.filter(({ label }) => label.endsWith('PRIVATE KEY')).map(({ pem }) => keyOfPem(source, pem)),
    certificates: certificatesIn(keyFile, bytes, { mayHaveNone: true }),
  }
}

function keyOfPem({ keyFile, password, names }: KeySource, pem: string): KeyObject {
  const isProtected = pem.includes('ENCRYPTED')
  if (isProtected && password === undefined) throw passwordMissing(keyFile, names.password)
  try {
    return createPrivateKey({ key: pem, ...(password !== undefined && { passphrase: password.reveal() }) })
  } catch (error) {
    if (isProtected && !/UNSUPPORTED/.test(String((error as NodeJS.ErrnoException).code)))
      throw passwordWrong(keyFile, names.password)
    throw new KeyError(
      isProtected
        ? `${keyFile} is protected in a way that is not known here: protect it anew with openssl pkcs8 -topk8 -v2 aes-256-cbc`
        : `${keyFile} does not hold a private key in PEM form`,
    )
  }
}

function materialOfPkcs12({ keyFile, password, names }: KeySource, bytes: Buffer): Material {
  let found
  try {
    found = openPkcs12(bytes, password?.reveal() ?? null)
  } catch {
    // What the parser says may quote the file.
    throw new KeyError(
      `${keyFile} is PKCS#12 that is damaged, or protected in a way that is not known here: make it anew with openssl pkcs12 -export`,
    )
  }
  if (found === null)
    throw password === undefined ? passwordMissing(keyFile, names.password) : passwordWrong(keyFile, names.password)
  try {
    return {
      privateKeys: found.privateKeys.map((key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })),
      certificates: found.certificates.map((der) => new X509Certificate(der)),
    }
  } catch {
    throw new KeyError(`${keyFile} holds a key or a certificate of a kind that is not known here`)
  }
}

const passwordMissing = (file: string, setting?: string): KeyError =>
  new KeyError(
    `${file} is protected by a password: ${setting === undefined ? 'give a file without one' : `give it in ${setting}`}`,
  )

const passwordWrong = (file: string, setting = 'the setting'): KeyError =>
  new KeyError(`The password in ${setting} does not open ${file}`)

interface Block {
  readonly label: string
  readonly pem: string
}

/** The blocks of a PEM file; what stands between them, as `openssl pkcs12` writes it, is passed over. */
function blocksOf(bytes: Buffer): Block[] {
  const blocks = bytes.toString('latin1').matchAll(/-----BEGIN ([A-Z\d ]+)-----[^]*?-----END \1-----/g)
  return [...blocks].map(([pem, label]) => ({ label: label!, pem }))
}

function certificatesIn(
  file: string,
  bytes: Buffer,
  { mayHaveNone }: { mayHaveNone: boolean } = { mayHaveNone: false },
): X509Certificate[] {
  const pems = blocksOf(bytes).flatMap(({ label, pem }) => (label === 'CERTIFICATE' ? [pem] : []))
  if (pems.length === 0 && mayHaveNone) return []
  try {
    // Without any block it may be DER; anything else is neither.
    return (pems.length === 0 ? [bytes] : pems).map((one) => new X509Certificate(one))
  } catch {
    throw new KeyError(`${file} does not hold a certificate in PEM form`)
  }
}

/** Leaf's issuer, the issuer's issuer and on, each once; a certificate that signed itself ends the chain. */
function issuersOf(leaf: X509Certificate, certificates: readonly X509Certificate[]): X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let last = leaf; ;) {
    const next = certificates.find((one) => one !== leaf && !chain.includes(one) && last.checkIssued(one))
    if (next === undefined || last.checkIssued(last)) return chain
    chain.push(next)
    last = next
  }
}
