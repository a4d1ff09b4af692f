import { LimitReached } from './errors.js'

/** The bytes of one request. */
export interface Held {
  /**
   * Whether so many more would find room now; nothing is kept free for them.
   * @throws LimitReached OVERLOADED
   */
  expect: (bytes: number) => void
  /** @throws LimitReached OVERLOADED */
  add: (bytes: number) => void
  release: () => void
}

/** Bounds the request bytes that are in memory at once, of all callers and of each; above a bound callers are told to come again. */
export interface BytesInFlight {
  hold(caller: string): Held
  readonly bytes: number
}

export function createBytesInFlight(bounds: {
  maxBytesInFlight: number
  maxBytesInFlightPerAddress: number
}): BytesInFlight {
  let bytes = 0
  // Only callers that have bytes in hand now.
  const byCaller = new Map<string, number>()
  const expectRoom = (caller: string, more: number): void => {
    if (bytes + more > bounds.maxBytesInFlight)
      throw new LimitReached('OVERLOADED', `More than ${bounds.maxBytesInFlight} request bytes in hand`, {
        limit: 'bytes',
      })
    if ((byCaller.get(caller) ?? 0) + more > bounds.maxBytesInFlightPerAddress)
      throw new LimitReached(
        'OVERLOADED',
        `More than ${bounds.maxBytesInFlightPerAddress} request bytes of this address in hand`,
        { limit: 'bytes-per-address' },
      )
  }
  return {
    get bytes() {
      return bytes
    },
    hold(caller) {
      let own = 0
      return {
        expect: (more) => expectRoom(caller, more),
        add: (more) => {
          expectRoom(caller, more)
          bytes += more
          own += more
          byCaller.set(caller, (byCaller.get(caller) ?? 0) + more)
        },
        release: () => {
          bytes -= own
          const rest = (byCaller.get(caller) ?? 0) - own
          if (rest > 0) byCaller.set(caller, rest)
          else byCaller.delete(caller)
          own = 0
        },
      }
    },
  }
}
