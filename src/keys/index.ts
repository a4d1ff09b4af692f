/**
 * Keys from files: those that protect what is about people, those that sign answers, and the one of TLS. A key is never
 * a value in the environment, never logged, and has no default. Formats, and what may change while the gateway runs:
 * docs/keys.md. Whatever cannot be used is a KeyError KEY_FILE that names the file and what to do.
 */
import type { Keys } from '../store/index.js'
import type { Signer } from '../trust/index.js'
import { loadKeyPair } from './key-pair.js'
import { readSecret } from './secrets.js'
import { signerOf } from './signer.js'

export { KeyError } from './errors.js'
export { loadKeyPair, type KeyPair, type KeySource } from './key-pair.js'
export { createKeyRing, type KeyRing, type KeyRingSources } from './key-ring.js'
export type { SecureContextOptions } from './tls.js'

/**
 * @param identityKeyFile  32 bytes, for keyed hashes of identity codes
 * @param sealingKeyFiles  32 bytes each; the first seals, all open
 * @throws KeyError KEY_FILE
 */
export function loadKeys(identityKeyFile: string, sealingKeyFiles: readonly string[]): Keys {
  return { identityKey: readSecret(identityKeyFile), sealingKeys: sealingKeyFiles.map(readSecret) }
}

/**
 * The key of somebody who signs requests, for commands.
 * @param keyFile          private key, PEM or PKCS#12, without a password
 * @param certificateFile  its certificate, PEM or DER
 * @throws KeyError KEY_FILE, also when the two do not belong together
 */
export function loadSigner(keyFile: string, certificateFile: string): Signer {
  const source = { keyFile, certificateFile, names: { certificate: '--certificate' } }
  return signerOf(loadKeyPair(source), source)
}
