import type { Log } from '../log.js'
import type { BytesInFlight } from './bytes-in-flight.js'
import { LimitReached, type Limit } from './errors.js'
import type { Metrics } from './metrics.js'
import { Patience } from './patience.js'
import { createDiscards, type Discards } from './discards.js'
import { createRateLimit } from './rate-limit.js'
import { watchRepeatedRefusals } from './repeated-refusals.js'
import { createTurns, type Turns } from './turns.js'

export interface LimitSettings {
  readonly maxRequestBytes: number
  readonly idleTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly requestsPerMinutePerAddress: number
  readonly requestsPerMinutePerService: number
  readonly refusedWorkPerMinutePerAddress: number
  readonly databasePoolSize: number
}

/** A request that is refused before it is read. */
export interface EarlyRefusal {
  readonly error: LimitReached
  /** of the refusal whose row stands for this one too */
  readonly traceId: string
  /** whether it gets a row of its own */
  readonly isRecorded: boolean
  /** whether nothing more is taken on its connection */
  readonly closes: boolean
}

/** What one caller, or one service, may take of this process; other processes count for themselves (ADR 12). */
export interface Limits {
  readonly maxRequestBytes: number
  readonly inFlight: BytesInFlight
  /** how long a request that begins now is waited for */
  patience(): Patience
  readonly perAddress: {
    /** Counts a request before anything of it is read; null when it may go on. */
    take(caller: string, traceId: string): Promise<EarlyRefusal | null>
    /** Counts what reading a request cost that was refused for what it is. */
    charge(caller: string, costMs: number): Promise<void>
    /** A refusal for want of room, which is recorded once in a while only: who is told so again and again has not listened. */
    note(caller: string, error: LimitReached, traceId: string): EarlyRefusal
  }
  readonly turns: Turns
  readonly discards: Discards
  readonly perService: {
    /**
     * Counts a request of a service whose identity is proven.
     * @param perMinute  the service's own limit, instead of everybody's; 0 sets none
     * @throws LimitReached RATE_LIMITED
     */
    take(service: ServiceName, perMinute?: number): Promise<void>
    /** For a request that turned out to be a repeat: whoever has caught one must not use up its service's share. */
    giveBack(service: ServiceName): Promise<void>
  }
  /** Notes what is still only counted. */
  close(): Promise<void>
}

interface ServiceName {
  readonly authorityId: string
  readonly id: string
}

const keyOf = ({ authorityId, id }: ServiceName): string => JSON.stringify([authorityId, id])

/** Fifty refused requests a second of one address are enough to find out what is wrong. */
const REFUSED_REST_MS = 20

/** How long one row stands for all refusals of a caller for want of room. */
const NO_ROOM_MS = 10_000

export function createLimits(
  settings: LimitSettings,
  {
    inFlight,
    metrics,
    log,
    noteRefusals,
  }: {
    inFlight: BytesInFlight
    metrics: Metrics
    log: Log
    /** writes into the row of a trace id how many more refusals it stands for */
    noteRefusals: (traceId: string, count: number) => Promise<void>
  },
): Limits {
  const addresses = createRateLimit({ perWindow: settings.requestsPerMinutePerAddress })
  const services = createRateLimit({ perWindow: settings.requestsPerMinutePerService })
  const refusedWork = createRateLimit({ perWindow: settings.refusedWorkPerMinutePerAddress })
  // Twice what the database serves at once keeps it busy; half of it for one caller leaves the others the rest.
  const turns = createTurns({
    atOnce: settings.databasePoolSize * 2,
    perCaller: Math.max(1, Math.floor(settings.databasePoolSize / 2)),
  })
  const repeated = watchRepeatedRefusals(async (traceId, count) => {
    log.info({ event: 'refusals.counted', traceId, count })
    await noteRefusals(traceId, count).catch((err: unknown) =>
      log.warn({ event: 'refusals.not-noted', traceId, count, err }),
    )
  })
  const reached = (limit: Limit, what: string, waitMs: number): LimitReached => {
    metrics.limitReached(limit)
    return new LimitReached('RATE_LIMITED', `More than ${what} in a minute`, {
      limit,
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    })
  }
  return {
    maxRequestBytes: settings.maxRequestBytes,
    inFlight,
    patience: () => new Patience(settings),
    turns,
    discards: createDiscards(),
    perAddress: {
      async take(caller, traceId) {
        const costly = await refusedWork.look(caller)
        const over = costly ?? (await addresses.take(caller))
        if (over === null) return null
        const error =
          costly === null
            ? reached('requests-per-address', `${settings.requestsPerMinutePerAddress} requests`, over.waitMs)
            : reached('refused-work-per-address', 'its share of time for refused requests', over.waitMs)
        const refusal = repeated.note(caller, traceId, over.waitMs)
        return { error, traceId: refusal.traceId, isRecorded: refusal.isFirst, closes: false }
      },
      note(caller, error, traceId) {
        const refusal = repeated.note(caller, traceId, NO_ROOM_MS)
        return { error, traceId: refusal.traceId, isRecorded: refusal.isFirst, closes: false }
      },
      async charge(caller, costMs) {
        if (settings.refusedWorkPerMinutePerAddress === 0) return
        turns.rest(caller, REFUSED_REST_MS)
        await refusedWork.take(caller, Math.ceil(costMs))
      },
    },
    perService: {
      async take(service, perMinute = settings.requestsPerMinutePerService) {
        const over = await services.take(keyOf(service), 1, perMinute)
        if (over !== null) throw reached('requests-per-service', `${perMinute} requests`, over.waitMs)
      },
      giveBack: (service) => services.giveBack(keyOf(service)),
    },
    close: () => repeated.close(),
  }
}
