/** Sizes and durations as people write them, and back. */

export const KiB = 1024
export const MiB = 1024 * KiB
export const GiB = 1024 * MiB

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

// Node's timers take at most 2^31-1 ms; a longer one would fire at once.
export const LONGEST_TIMER = 24 * DAY

// Largest first, so that the first one that divides a value evenly is the one to print.
const sizes = { GiB, MiB, KiB }
const durations = { d: DAY, h: HOUR, min: MINUTE, s: SECOND, ms: 1 }

/** A whole number in decimal digits and nothing else, or undefined: `10abc`, `1e3`, `0x10` and `1.5` are not numbers. */
export const parseInteger = (text: string): number | undefined => (/^-?\d+$/.test(text) ? Number(text) : undefined)

/** Bytes from `1048576` or `1 MiB`. */
export const parseBytes = (text: string): number | undefined => parseWithSuffix(text, sizes)

/** Milliseconds from `1500`, `1500 ms` or `15 min`. */
export const parseDuration = (text: string): number | undefined => parseWithSuffix(text, durations)

export const formatBytes = (bytes: number): string => formatWithSuffix(bytes, sizes, bytes === 1 ? 'byte' : 'bytes')
export const formatDuration = (ms: number): string => formatWithSuffix(ms, durations, 'ms')

type Suffixes = Readonly<Record<string, number>>

function parseWithSuffix(text: string, suffixes: Suffixes): number | undefined {
  const [, number, suffix] = /^(-?\d+)(?: ?([A-Za-z]+))?$/.exec(text) ?? []
  if (number === undefined) return undefined
  if (suffix === undefined) return Number(number)
  return Object.hasOwn(suffixes, suffix) ? Number(number) * suffixes[suffix]! : undefined
}

function formatWithSuffix(value: number, suffixes: Suffixes, plain: string): string {
  const fits = Object.entries(suffixes).find(([, factor]) => value >= factor && value % factor === 0)
  return fits ? `${value / fits[1]} ${fits[0]}` : `${value} ${plain}`
}
