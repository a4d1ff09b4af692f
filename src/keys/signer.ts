import type { Signer } from '../trust/index.js'
import { KeyError } from './errors.js'
import type { KeyPair, KeySource } from './key-pair.js'

const curves = ['prime256v1', 'secp384r1']

/** @throws KeyError KEY_FILE when answers cannot be signed with a key of this kind */
export function signerOf({ privateKey, certificate }: KeyPair, { keyFile }: KeySource): Signer {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey
  if (type !== 'rsa' && !(type === 'ec' && curves.includes(details?.namedCurve ?? '')))
    throw new KeyError(`The key in ${keyFile} is neither RSA nor EC P-256 or P-384: answers are signed with these only`)
  return { privateKey, certificate: certificate.raw }
}
