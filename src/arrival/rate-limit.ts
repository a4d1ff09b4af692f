import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'

const MINUTE_MS = 60_000
/** More callers than this in one window, and the one whose window began first is forgotten: its count begins anew. */
const MAX_CALLERS = 50_000

/** Counts what callers do in windows of a minute, in this process; a caller's window begins with the first thing it does. */
export interface RateLimit {
  /**
   * Counts so much; null while it is within the limit, otherwise the time until the caller's window is over.
   * @param limit  the caller's own, instead of everybody's; 0 sets none
   */
  take(caller: string, points?: number, limit?: number): Promise<{ waitMs: number } | null>
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
  // Callers may have limits of their own: the library counts, and what is too much is decided here.
  const limiter = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: windowMs / 1000 })
  const judge = (found: RateLimiterRes | null, limit: number): { waitMs: number } | null =>
    found !== null && found.consumedPoints > limit ? { waitMs: Math.max(1, found.msBeforeNext) } : null
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
    async take(caller, points = 1, limit = perWindow) {
      if (limit === 0) return null
      remember(caller)
      return judge(await limiter.consume(caller, points), limit)
    },
    async look(caller) {
      return perWindow === 0 ? null : judge(await limiter.get(caller), perWindow)
    },
    async giveBack(caller) {
      if ((await limiter.get(caller)) !== null) await limiter.reward(caller)
    },
  }
}
