import type { Clock } from './clock.js'
import type { Config } from './config/index.js'
import {
  createBell,
  createEmailChannel,
  createClamd,
  createInspector,
  createMailboxChannel,
  createSmsChannel,
  createPrintChannel,
  createWorker,
  startSweeper,
  withInspection,
  type Bell,
  type Channel,
  type DeliveryMetrics,
} from './delivery/index.js'
import type { KeyRing } from './keys/index.js'
import type { Log } from './log.js'
import { createReturnChannel } from './report/index.js'
import type { Runtime } from './runtime.js'
import { citizenMessages, sweep, type Database, type transitions } from './store/index.js'

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
  const { runtime, log, metrics } = parts
  if (config.role === 'gateway') {
    const bell = createBell({ db: runtime.db, log })
    return { bell, start: () => undefined, stop: () => bell.close() }
  }
  // Of its own: deliveries must never take the connections that requests need, nor wait for them.
  const db = runtime.openPool(config.deliveryPoolSize)
  const bell = createBell({ db, log })
  const channels = channelsOf(config, { ...parts, runtime: { ...runtime, db } })
  const worker = createWorker({ ...config, db, log, metrics, bell, channels })
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

/** Counting a long queue takes long: scrapes that come close together share one count. */
const FIGURES_MS = 5_000

export function queueFigures(db: Database): () => Promise<sweep.QueueFigure[]> {
  let [asked, figures]: [number, Promise<sweep.QueueFigure[]> | null] = [0, null]
  return () => {
    if (figures === null || performance.now() - asked > FIGURES_MS) {
      asked = performance.now()
      figures = sweep.queueFigures(db)
      figures.catch(() => (figures = null))
    }
    return figures
  }
}

/** A sandbox calls receivers on its own computer. */
const LOOPBACK = ['127.0.0.0/8', '::1']

function channelsOf(config: Config, { runtime: { db, sealer }, log, clock, keys }: Parts): Channel[] {
  const { mode, deliveryConcurrency, returnChannelNetworks, returnChannelTimeoutMs } = config
  const findCitizenMessage = (key: transitions.MessageKey): Promise<citizenMessages.CitizenMessage | null> =>
    citizenMessages.findCitizenMessage(db, sealer, key)
  const scanner = config.scannerUrl === undefined ? null : createClamd(config.scannerUrl)
  const inspector = scanner && createInspector({ db, log, scanner })
  /** What files go through before anybody gets them. */
  const inspected = (channel: Channel): Channel =>
    withInspection(channel, { db, inspector, pauseDivisor: config.deliveryPauseDivisor })
  return [
    inspected(createMailboxChannel({ db, sealer, times: config })),
    inspected(createEmailChannel({ ...config, db, sealer, findCitizenMail: findCitizenMessage })),
    createSmsChannel({ ...config, db, sealer }),
    inspected(createPrintChannel({ ...config, db, sealer })),
    inspected(
      createReturnChannel({
        ...{ db, sealer, signer: keys.signer, identity: () => keys.clientIdentity(), now: () => clock.now() },
        mode,
        networks: returnChannelNetworks ?? (mode === 'sandbox' ? LOOPBACK : []),
        timeoutMs: returnChannelTimeoutMs,
        // Authorities that do not answer must not take the places of letters.
        concurrency: Math.max(1, Math.floor(deliveryConcurrency * 0.75)),
        citizenMessages: { find: findCitizenMessage, setAuthorityReference: citizenMessages.setAuthorityReference },
      }),
    ),
  ]
}
