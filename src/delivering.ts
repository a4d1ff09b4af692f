import type { Clock } from './clock.js'
import type { Config } from './config/index.js'
import {
  createBell,
  createMailboxChannel,
  createWorker,
  startSweeper,
  type Bell,
  type Channel,
  type DeliveryMetrics,
} from './delivery/index.js'
import type { KeyRing } from './keys/index.js'
import type { Log } from './log.js'
import { createReturnChannel } from './report/index.js'
import type { Runtime } from './runtime.js'

/** What delivers in this process, and the bell that intake rings. */
export interface Delivering {
  readonly bell: Bell
  start(): void
  /** Takes nothing more; what is in hand gets so long. */
  stop(limitMs: number): Promise<void>
}

interface Parts {
  readonly runtime: Runtime
  readonly log: Log
  readonly clock: Clock
  readonly keys: KeyRing
  readonly metrics: DeliveryMetrics
}

/** A gateway without workers rings for those of other processes. */
export function buildDelivery(config: Config, parts: Parts): Delivering {
  const { log, metrics } = parts
  const { db } = parts.runtime
  const bell = createBell({ db, log })
  if (config.role === 'gateway') return { bell, start: () => undefined, stop: () => bell.close() }
  const worker = createWorker({ ...config, db, log, metrics, bell, channels: channelsOf(config, parts) })
  let stopSweeper = (): void => undefined
  return {
    bell,
    start: () => {
      bell.hear()
      worker.start()
      stopSweeper = startSweeper({ db, log, metrics })
    },
    stop: async (limitMs) => {
      stopSweeper()
      await worker.stop(limitMs)
      await bell.close()
    },
  }
}

/** A sandbox calls receivers on its own computer. */
const LOOPBACK = ['127.0.0.0/8', '::1']

function channelsOf(config: Config, { runtime: { db, sealer }, clock, keys }: Parts): Channel[] {
  const { mode, deliveryConcurrency, returnChannelNetworks, returnChannelTimeoutMs } = config
  return [
    createMailboxChannel({ db, sealer, times: config }),
    createReturnChannel({
      ...{ db, sealer, signer: keys.signer, identity: () => keys.clientIdentity(), now: () => clock.now() },
      networks: returnChannelNetworks ?? (mode === 'sandbox' ? LOOPBACK : []),
      timeoutMs: returnChannelTimeoutMs,
      // Authorities that do not answer must not take the places of letters.
      concurrency: Math.max(1, Math.floor(deliveryConcurrency * 0.75)),
      // With store/citizen-messages.ts: { find: (key) => citizenMessages.findCitizenMessage(db, sealer, key),
      // setAuthorityReference: citizenMessages.setAuthorityReference }
      citizenMessages: null,
    }),
  ]
}
