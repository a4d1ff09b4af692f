import type { Config } from './config/index.js'
import {
  createBell,
  createEmailChannel,
  createMailboxChannel,
  createSmsChannel,
  createWorker,
  startSweeper,
  type Bell,
  type Channel,
  type DeliveryMetrics,
  type FindCitizenMail,
} from './delivery/index.js'
import type { Log } from './log.js'
import type { Runtime } from './runtime.js'

/** What delivers in this process, and the bell that intake rings. */
export interface Delivering {
  readonly bell: Bell
  start(): void
  /** Takes nothing more; what is in hand gets so long. */
  stop(limitMs: number): Promise<void>
}

/** A gateway without workers rings for those of other processes. */
export function buildDelivery(
  config: Config,
  { runtime, log, metrics }: { runtime: Runtime; log: Log; metrics: DeliveryMetrics },
): Delivering {
  if (config.role === 'gateway') {
    const bell = createBell({ db: runtime.db, log })
    return { bell, start: () => undefined, stop: () => bell.close() }
  }
  // Of its own: deliveries must never take the connections that requests need, nor wait for them.
  const db = runtime.openPool(config.deliveryPoolSize)
  const bell = createBell({ db, log })
  const worker = createWorker({ ...config, db, log, metrics, bell, channels: channelsOf(config, { ...runtime, db }) })
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
      await db.close()
    },
  }
}

/** With store/citizen-messages.ts: (key) => citizenMessages.findCitizenMessage(db, sealer, key). Until then such e-mail waits. */
const findCitizenMail: FindCitizenMail | null = null

const channelsOf = (config: Config, { db, sealer }: Runtime): Channel[] => [
  createMailboxChannel({ db, sealer, times: config }),
  createEmailChannel({ ...config, db, sealer, findCitizenMail }),
  createSmsChannel({ ...config, db, sealer }),
]
