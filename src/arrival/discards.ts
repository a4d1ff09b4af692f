/** Refused bodies of one caller that are read and thrown away at once; a client that is only unlucky has one. */
const AT_ONCE = 2

/**
 * Reading a refused body on lets its sender get to the answer, and costs as much as reading any other. It is done for a few of
 * each caller; the others are answered and cut.
 */
export interface Discards {
  /** Ends it, or null when it should not be begun. */
  begin(caller: string): (() => void) | null
}

export function createDiscards(): Discards {
  const inHand = new Map<string, number>()
  return {
    begin(caller) {
      const count = inHand.get(caller) ?? 0
      if (count >= AT_ONCE) return null
      inHand.set(caller, count + 1)
      return () => {
        const rest = (inHand.get(caller) ?? 1) - 1
        if (rest > 0) inHand.set(caller, rest)
        else inHand.delete(caller)
      }
    },
  }
}
