const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const times = (count: number, pauseMs: number): number[] => Array.from({ length: count }, () => pauseMs)

/** When each kind of target is tried again; the last pause is followed by the last attempt. */
export const schedules = {
  /** our own database: only trouble of ours keeps it back */
  store: [SECOND, 5 * SECOND, 15 * SECOND, ...times(60, MINUTE), ...times(23, HOUR)],
  /** GOV.UK Notify's: four hours in steps of five minutes (reliability.md §1) */
  notice: times(48, 5 * MINUTE),
  /** a printing provider may be away over a weekend */
  print: [MINUTE, 5 * MINUTE, ...times(4, 15 * MINUTE), ...times(72, HOUR)],
  /** paluukanava.md §6: 1 min, 5 min, 15 min, 1 h, then every 6 h for 14 days */
  returnChannel: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, ...times(56, 6 * HOUR)],
} as const satisfies Record<string, readonly number[]>

/** Half a fifth on either side, so that what failed together does not come back together. */
const JITTER = 0.2

/**
 * The pause before the next attempt, in milliseconds; null when there is none.
 * @param attempt  the one that has just failed, counted from 1
 * @param random   from 0 to 1
 */
export function pauseAfter(
  attempt: number,
  pausesMs: readonly number[],
  { random, divisor }: { random: number; divisor: number },
): number | null {
  const pause = pausesMs[attempt - 1]
  return pause === undefined ? null : (pause * (1 + JITTER * (random - 0.5))) / divisor
}
