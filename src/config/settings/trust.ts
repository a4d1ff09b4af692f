import type { Setting } from '../setting.js'
import { MINUTE, SECOND } from '../units.js'

export const trust = [
  {
    env: 'ASTI_CLOCK_SKEW_MS',
    key: 'clockSkewMs',
    group: 'Trust',
    kind: 'duration',
    default: 300 * SECOND,
    description: "How far a caller's clock may be from ours",
  },
  {
    env: 'ASTI_MAX_MESSAGE_AGE_MS',
    key: 'maxMessageAgeMs',
    group: 'Trust',
    kind: 'duration',
    min: 1,
    default: 15 * MINUTE,
    description: 'Age, by its own Timestamp, at which a request is too old',
  },
  {
    env: 'ASTI_MAX_TIMESTAMP_LIFETIME_MS',
    key: 'maxTimestampLifetimeMs',
    group: 'Trust',
    kind: 'duration',
    min: 1,
    default: 900 * SECOND,
    description: 'Longest time a Timestamp may give between Created and Expires',
  },
  {
    env: 'ASTI_SHA1',
    key: 'sha1',
    group: 'Trust',
    kind: 'choice',
    values: ['allowed', 'refused'],
    default: 'allowed',
    description: 'Whether signatures and digests made with SHA-1, as old clients make them, are accepted',
  },
  {
    env: 'ASTI_EVIDENCE',
    key: 'evidence',
    group: 'Trust',
    kind: 'switch',
    default: 'on',
    description: 'Whether the original request is kept, sealed, as evidence',
  },
  {
    env: 'ASTI_REFUSED_RETENTION_DAYS',
    key: 'refusedRetentionDays',
    group: 'Trust',
    kind: 'integer',
    unit: 'days',
    min: 1,
    max: 3650,
    default: 90,
    description: 'Days a refused request stays in the message log',
  },
] as const satisfies readonly Setting[]
