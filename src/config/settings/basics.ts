import { logLevels } from '../../log.js'
import type { Setting } from '../setting.js'
import { SECOND } from '../units.js'

export const basics = [
  {
    env: 'ASTI_MODE',
    key: 'mode',
    group: 'Basics',
    kind: 'choice',
    values: ['sandbox', 'production'],
    default: 'sandbox',
    description:
      'Sandbox needs nothing and seeds a demo authority; production needs its own keys, database and address',
  },
  {
    env: 'PORT',
    key: 'port',
    group: 'Basics',
    kind: 'integer',
    max: 65535,
    default: 8080,
    description: 'TCP port to listen on; 0 takes a free one',
  },
  {
    env: 'HOST',
    key: 'host',
    group: 'Basics',
    kind: 'host',
    default: '127.0.0.1',
    productionDefault: '0.0.0.0',
    description: 'Address to listen on',
  },
  {
    env: 'LOG_LEVEL',
    key: 'logLevel',
    group: 'Basics',
    kind: 'choice',
    values: logLevels,
    default: 'info',
    description: 'Least severe log line to print',
  },
  {
    env: 'ASTI_DATA_DIR',
    key: 'dataDir',
    group: 'Basics',
    kind: 'path',
    default: './data',
    description: 'Folder for what the gateway keeps on disk: the embedded PostgreSQL and the keys of the sandbox',
  },
  {
    env: 'ASTI_PUBLIC_URL',
    key: 'publicUrl',
    group: 'Basics',
    kind: 'httpUrl',
    required: 'production',
    unset: "the caller's own Host header",
    description: 'Address callers reach the gateway at, as printed in the WSDL',
  },
  {
    env: 'ASTI_TRUSTED_PROXIES',
    key: 'trustedProxies',
    group: 'Basics',
    kind: 'addresses',
    default: [],
    description: 'Proxies whose X-Forwarded-For, -Proto and -Host headers are believed',
  },
  {
    env: 'ASTI_SHUTDOWN_TIMEOUT_MS',
    key: 'shutdownTimeoutMs',
    group: 'Basics',
    kind: 'duration',
    default: 30 * SECOND,
    description: 'Time that work in hand gets to finish when the gateway is told to stop',
  },
] as const satisfies readonly Setting[]
