/** Lets one through at a time, in the order in which they came. */
export interface Gate {
  /**
   * Waits for its turn, so long at most.
   * @returns what to call when it is over; null when the turn did not come in time
   * @throws the signal's reason
   */
  enter(signal: AbortSignal, limitMs: number): Promise<(() => void) | null>
}

export function createGate(): Gate {
  let isTaken = false
  const waiting = new Set<() => void>()

  const leave = (): void => {
    const [next] = waiting
    if (next === undefined) isTaken = false
    else next()
  }
  /** Whoever holds the turn gives it up once, however often it says so. */
  const leaveOnce = (): (() => void) => {
    let isOver = false
    return () => {
      if (!isOver) leave()
      isOver = true
    }
  }

  return {
    enter: async (signal, limitMs) => {
      signal.throwIfAborted()
      if (!isTaken) {
        isTaken = true
        return leaveOnce()
      }
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => (): void => {
          waiting.delete(go)
          clearTimeout(timer)
          signal.removeEventListener('abort', abort)
          settle()
        }
        const go = end(() => resolve(leaveOnce()))
        const abort = end(() => reject(signal.reason as Error))
        const timer = setTimeout(
          end(() => resolve(null)),
          limitMs,
        )
        waiting.add(go)
        signal.addEventListener('abort', abort, { once: true })
      })
    },
  }
}
