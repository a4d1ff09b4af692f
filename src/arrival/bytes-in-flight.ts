import { Overloaded } from './errors.js'

/** Bounds the request bytes that are in memory at once; above the bound callers are told to come again. */
export interface BytesInFlight {
  hold(): { add: (bytes: number) => void; release: () => void }
  readonly bytes: number
}

export function createBytesInFlight(maxBytes: number): BytesInFlight {
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    hold() {
      let own = 0
      return {
        /** @throws Overloaded */
        add: (more) => {
          if (bytes + more > maxBytes) throw new Overloaded('OVERLOADED', 'Too many request bytes are in hand')
          bytes += more
          own += more
        },
        release: () => {
          bytes -= own
          own = 0
        },
      }
    },
  }
}
