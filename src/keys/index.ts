/**
 * Keys from files: those that protect what is about people, and the one that signs answers. A key is never a value in
 * the environment, never logged, and has no default. Formats: docs/keys.md.
 */
import { createPrivateKey, createSecretKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { GatewayError } from '../errors.js'
import type { Keys } from '../store/index.js'
import type { Signer } from '../trust/index.js'

/** A key file that cannot be used; the message names the file and what it should hold, never what it holds. */
export class KeyError extends GatewayError<'KEY_FILE'> {}

/**
 * @param identityKeyFile  32 bytes, for keyed hashes of identity codes
 * @param sealingKeyFiles  32 bytes each; the first seals, all open
 * @throws KeyError KEY_FILE
 */
export function loadKeys(identityKeyFile: string, sealingKeyFiles: readonly string[]): Keys {
  return { identityKey: readSecret(identityKeyFile), sealingKeys: sealingKeyFiles.map(readSecret) }
}

/**
 * @param keyFile          private key, PEM, not encrypted
 * @param certificateFile  its certificate, PEM
 * @throws KeyError KEY_FILE, also when the two do not belong together
 */
export function loadSigner(keyFile: string, certificateFile: string): Signer {
  const privateKey = parse(keyFile, 'a private key in PEM form', (pem) => createPrivateKey(pem))
  const certificate = parse(certificateFile, 'a certificate in PEM form', (pem) => new X509Certificate(pem))
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new KeyError('KEY_FILE', `The certificate in ${certificateFile} does not belong to the key in ${keyFile}`)
  }
  return { privateKey, certificate: certificate.raw }
}

/** 32 bytes as 64 hexadecimal digits, as `openssl rand -hex 32` prints them. */
function readSecret(file: string): KeyObject {
  const text = read(file).trim()
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    throw new KeyError(
      'KEY_FILE',
      `${file} does not hold a key of 32 bytes (64 hexadecimal digits; make one with: openssl rand -hex 32)`,
    )
  }
  return createSecretKey(Buffer.from(text, 'hex'))
}

function parse<T>(file: string, what: string, make: (pem: string) => T): T {
  const pem = read(file)
  try {
    return make(pem)
  } catch {
    throw new KeyError('KEY_FILE', `${file} does not hold ${what}`)
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KeyError('KEY_FILE', `${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause,
    })
  }
}
