import type { Setting } from '../setting.js'
import { DAY, HOUR, MINUTE } from '../units.js'

export const certificates = [
  {
    env: 'ASTI_CA_FILES',
    key: 'caFiles',
    group: 'Certificates',
    kind: 'paths',
    unset: 'no chain is built, registration alone decides',
    description: 'Files of the CAs that registered certificates must lead to: roots and intermediates, PEM',
  },
  {
    env: 'ASTI_CRL_FILES',
    key: 'crlFiles',
    group: 'Certificates',
    kind: 'paths',
    default: [],
    goesWith: 'ASTI_CA_FILES',
    description: 'CRLs that you keep up to date, for a gateway that cannot reach those of the CAs; PEM or DER',
  },
  {
    env: 'ASTI_REVOCATION',
    key: 'revocation',
    group: 'Certificates',
    kind: 'choice',
    values: ['off', 'prefer', 'require'],
    default: 'off',
    goesWith: 'ASTI_CA_FILES',
    description: 'Whether OCSP and CRLs are asked: prefer lets an unknown status pass, require refuses it',
  },
  {
    env: 'ASTI_REVOCATION_INTERVAL_MS',
    key: 'revocationIntervalMs',
    group: 'Certificates',
    kind: 'duration',
    min: MINUTE,
    max: 7 * DAY,
    default: HOUR,
    description: 'Time after which chain and revocation of a registered certificate are looked at again',
  },
  {
    env: 'ASTI_CERTIFICATE_WARNING_DAYS',
    key: 'certificateWarningDays',
    group: 'Certificates',
    kind: 'integer',
    unit: 'days',
    min: 1,
    max: 365,
    default: 30,
    description: 'Days before its end at which a certificate is warned about',
  },
] as const satisfies readonly Setting[]
