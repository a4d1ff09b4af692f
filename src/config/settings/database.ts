import type { Setting } from '../setting.js'
import { SECOND } from '../units.js'

export const database = [
  {
    env: 'DATABASE_URL',
    key: 'databaseUrl',
    group: 'Database',
    kind: 'postgresUrl',
    secret: true,
    required: 'production',
    unset: 'embedded PostgreSQL in the data directory',
    description: 'PostgreSQL connection URL',
  },
  {
    env: 'ASTI_DATABASE_POOL_SIZE',
    key: 'databasePoolSize',
    group: 'Database',
    kind: 'integer',
    unit: 'connections',
    min: 1,
    max: 1000,
    default: 16,
    description: 'Most connections this process opens to the database',
  },
  {
    env: 'ASTI_STATEMENT_TIMEOUT_MS',
    key: 'statementTimeoutMs',
    group: 'Database',
    kind: 'duration',
    min: 1,
    default: 6 * SECOND,
    description: 'Time after which PostgreSQL gives up a statement',
  },
] as const satisfies readonly Setting[]
