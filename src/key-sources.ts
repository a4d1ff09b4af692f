import { readFileSync } from 'node:fs'
import type { Config } from './config/index.js'
import type { KeyRingSources, KeySource } from './keys/index.js'
import type { SandboxFiles } from './sandbox/index.js'
import { sensitive, type Sensitive } from './sensitive.js'

/** The files of the keys that may change while the gateway runs; the sandbox signs with a key of its own making. */
export function keySourcesOf(config: Config, sandbox: SandboxFiles | null): KeyRingSources {
  return {
    signing: signingSource(config, sandbox),
    nextSigning:
      config.nextSigningKeyFile === undefined
        ? null
        : {
            keyFile: config.nextSigningKeyFile,
            certificateFile: config.nextSigningCertificateFile,
            password: config.nextSigningKeyPassword,
            names: { certificate: 'ASTI_NEXT_SIGNING_CERTIFICATE_FILE', password: 'ASTI_NEXT_SIGNING_KEY_PASSWORD' },
          },
    tls: tlsSourceOf(config),
  }
}

/** null: the gateway speaks plain HTTP */
export function tlsSourceOf({ tlsKeyFile, tlsCertificateFile, tlsKeyPassword }: Config): KeySource | null {
  if (tlsKeyFile === undefined) return null
  return {
    keyFile: tlsKeyFile,
    certificateFile: tlsCertificateFile,
    password: tlsKeyPassword,
    names: { certificate: 'ASTI_TLS_CERTIFICATE_FILE', password: 'ASTI_TLS_KEY_PASSWORD' },
  }
}

function signingSource(config: Config, sandbox: SandboxFiles | null): KeySource {
  const names = { certificate: 'ASTI_SIGNING_CERTIFICATE_FILE', password: 'ASTI_SIGNING_KEY_PASSWORD' }
  if (config.signingKeyFile === undefined) {
    // Production does not start without the setting, so the sandbox's files are there.
    const { signingKeyFile, signingCertificateFile } = sandbox!
    return { keyFile: signingKeyFile, certificateFile: signingCertificateFile, names }
  }
  return {
    keyFile: config.signingKeyFile,
    certificateFile: config.signingCertificateFile,
    password: config.signingKeyPassword,
    names,
  }
}

/** What opens the mailbox API; null: production has no token, and nothing is there to be opened. */
export function mailboxTokenOf({ mailboxToken }: Config, sandbox: SandboxFiles | null): Sensitive<string> | null {
  if (mailboxToken !== undefined) return mailboxToken
  return sandbox === null ? null : sensitive(readFileSync(sandbox.mailboxTokenFile, 'utf8').trim())
}
