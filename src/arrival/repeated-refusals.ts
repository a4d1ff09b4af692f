/**
 * Refusals that come in floods. The first of a caller in a window is recorded as every refusal is; those that follow
 * until the window is over share its trace id and are only counted, so that a flood does not become a flood of rows.
 */
export interface RepeatedRefusals {
  /** The trace id to answer with, and whether this refusal is the one to record. */
  note(caller: string, traceId: string, waitMs: number): { traceId: string; isFirst: boolean }
  /** Tells the counts of the windows that are not over yet. */
  close(): Promise<void>
}

export function watchRepeatedRefusals(tell: (traceId: string, count: number) => Promise<void>): RepeatedRefusals {
  const open = new Map<string, { traceId: string; count: number; timer: NodeJS.Timeout }>()
  const end = async (caller: string): Promise<void> => {
    const window = open.get(caller)
    if (window === undefined) return
    open.delete(caller)
    clearTimeout(window.timer)
    if (window.count > 0) await tell(window.traceId, window.count)
  }
  return {
    note(caller, traceId, waitMs) {
      const window = open.get(caller)
      if (window !== undefined) {
        window.count++
        return { traceId: window.traceId, isFirst: false }
      }
      const timer = setTimeout(() => void end(caller), waitMs).unref()
      open.set(caller, { traceId, count: 0, timer })
      return { traceId, isFirst: true }
    },
    close: async () => {
      await Promise.all([...open.keys()].map(end))
    },
  }
}
