import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

const MINUTE_MS = 60_000
/** More callers than this in one window, and the one whose window began first is forgotten: its count begins anew. */
const MAX_CALLERS = 50_000

/** Counts what callers do in windows of a minute, in this process; a caller's window begins with the first thing it does. */
export interface RateLimit {
  /** Counts so much; null while it is within the limit, otherwise the time until the caller's window is over. */
  take(caller: string, points?: number): Promise<{ waitMs: number } | null>
  /** What counting nothing would say. */
  look(caller: string): Promise<{ waitMs: number } | null>
  /** Takes back what was counted by mistake. */
  giveBack(caller: string): Promise<void>
  /** callers that are remembered now */
  readonly callers: number
}

/** @param perWindow  0 sets no limit */
export function createRateLimit({
  perWindow,
  windowMs = MINUTE_MS,
  maxCallers = MAX_CALLERS,
}: {
  perWindow: number
  windowMs?: number
  maxCallers?: number
}): RateLimit {
  const limiter = new RateLimiterMemory({ points: perWindow, duration: windowMs / 1000 })
  // The library forgets windows that are over, but takes any number of callers; oldest first, as a Map keeps them.
  const windows = new Map<string, number>()
  const remember = (caller: string): void => {
    const now = Date.now()
    for (const [known, endsAt] of windows) {
      const isFull = windows.size >= maxCallers && !windows.has(caller)
      if (endsAt > now && !isFull) break
      windows.delete(known)
      if (endsAt > now) void limiter.delete(known)
    }
    if (!windows.has(caller)) windows.set(caller, now + windowMs)
  }
  return {
    get callers() {
      return windows.size
    },
    async take(caller, points = 1) {
      if (perWindow === 0) return null
      remember(caller)
      try {
        await limiter.consume(caller, points)
        return null
      } catch (reason) {
        if (reason instanceof RateLimiterRes) return { waitMs: Math.max(1, reason.msBeforeNext) }
        throw reason
      }
    },
    async look(caller) {
      const found = perWindow === 0 ? null : await limiter.get(caller)
      return found !== null && found.consumedPoints > perWindow ? { waitMs: Math.max(1, found.msBeforeNext) } : null
    },
    async giveBack(caller) {
      if (perWindow > 0) await limiter.reward(caller)
    },
  }
}
