import type { Setting } from '../setting.js'

export const keys = [
  {
    env: 'ASTI_IDENTITY_KEY_FILE',
    key: 'identityKeyFile',
    group: 'Keys',
    kind: 'path',
    required: 'production',
    unset: 'made in the data directory',
    description: 'File of the key that personal identity codes are looked up by',
  },
  {
    env: 'ASTI_SEALING_KEY_FILES',
    key: 'sealingKeyFiles',
    group: 'Keys',
    kind: 'paths',
    required: 'production',
    unset: 'made in the data directory',
    description: 'Files of the keys that stored personal data is sealed with: the first seals, all open',
  },
  {
    env: 'ASTI_SIGNING_KEY_FILE',
    key: 'signingKeyFile',
    group: 'Keys',
    kind: 'path',
    required: 'production',
    goesWith: 'ASTI_SIGNING_CERTIFICATE_FILE',
    unset: 'made in the data directory',
    description: 'File of the private key that signs what the gateway sends',
  },
  {
    env: 'ASTI_SIGNING_CERTIFICATE_FILE',
    key: 'signingCertificateFile',
    group: 'Keys',
    kind: 'path',
    required: 'production',
    goesWith: 'ASTI_SIGNING_KEY_FILE',
    unset: 'made in the data directory',
    description: 'File of the certificate of the signing key',
  },
] as const satisfies readonly Setting[]
