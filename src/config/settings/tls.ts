import type { Setting } from '../setting.js'

export const tls = [
  {
    env: 'ASTI_TLS_KEY_FILE',
    key: 'tlsKeyFile',
    group: 'TLS',
    kind: 'path',
    unset: 'plain HTTP',
    description: 'File of the private key of https, PEM or PKCS#12; with it the gateway speaks TLS itself',
  },
  {
    env: 'ASTI_TLS_CERTIFICATE_FILE',
    key: 'tlsCertificateFile',
    group: 'TLS',
    kind: 'path',
    goesWith: 'ASTI_TLS_KEY_FILE',
    unset: 'taken from the key file',
    description: 'File of the certificate of that key and of its issuers, PEM',
  },
  {
    env: 'ASTI_TLS_KEY_PASSWORD',
    key: 'tlsKeyPassword',
    group: 'TLS',
    kind: 'password',
    secret: true,
    goesWith: 'ASTI_TLS_KEY_FILE',
    unset: 'none',
    description: 'Password of the file of the TLS key',
  },
  {
    env: 'ASTI_TLS_MIN_VERSION',
    key: 'tlsMinVersion',
    group: 'TLS',
    kind: 'choice',
    values: ['1.2', '1.3'],
    default: '1.2',
    description: 'Oldest version of TLS that is spoken; old Java and .NET clients need 1.2',
  },
  {
    env: 'ASTI_TLS_CLIENT_CERTIFICATES',
    key: 'tlsClientCertificates',
    group: 'TLS',
    kind: 'choice',
    values: ['off', 'asked'],
    default: 'off',
    description: 'Whether callers are asked for a certificate; none is demanded, and none is judged by its issuer',
  },
] as const satisfies readonly Setting[]
