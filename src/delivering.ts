import type { Config } from './config/index.js'
import {
  createBell,
  createClamd,
  createInspector,
  createMailboxChannel,
  createWorker,
  startSweeper,
  withInspection,
  type Bell,
  type Channel,
  type DeliveryMetrics,
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
  const { db } = runtime
  const bell = createBell({ db, log })
  if (config.role === 'gateway') return { bell, start: () => undefined, stop: () => bell.close() }
  const worker = createWorker({ ...config, db, log, metrics, bell, channels: channelsOf(config, runtime, log) })
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

function channelsOf(config: Config, { db, sealer }: Runtime, log: Log): Channel[] {
  const scanner = config.scannerUrl === undefined ? null : createClamd(config.scannerUrl)
  const inspector = scanner && createInspector({ db, log, scanner })
  /** What a message's files go through before anybody gets them. */
  const inspected = (channel: Channel): Channel =>
    withInspection(channel, { db, inspector, pauseDivisor: config.deliveryPauseDivisor })
  return [inspected(createMailboxChannel({ db, sealer, times: config }))]
}
