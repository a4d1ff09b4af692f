import { createSecureContext } from 'node:tls'
import { KeyError } from './errors.js'
import type { KeyPair, KeySource } from './key-pair.js'

export type TlsVersion = '1.2' | '1.3'

/** What Node's TLS takes of us; suites and the rest stay Node's own, which old Java and .NET clients know too. */
export interface SecureContextOptions {
  /** PEM */
  readonly key: string
  /** PEM: the certificate, then its issuers */
  readonly cert: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}

/** @throws KeyError KEY_FILE when TLS does not take this key or certificate */
export function secureContextOf(pair: KeyPair, minVersion: TlsVersion, { keyFile }: KeySource): SecureContextOptions {
  const options = {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: [pair.certificate, ...pair.chain].map(String).join(''),
    minVersion: `TLSv${minVersion}`,
  } as const
  try {
    createSecureContext(options)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new KeyError(`The key and certificate in ${keyFile} cannot be used for TLS (${code})`)
  }
  return options
}
