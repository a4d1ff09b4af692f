/** What one source says about one certificate. */
export type Answer =
  | { readonly kind: 'good'; readonly validUntil: Date }
  | { readonly kind: 'revoked'; readonly revokedAt: Date; readonly reason: string; readonly validUntil: Date }
  /** it says nothing that counts; `problem` in words for operators */
  | { readonly kind: 'unknown'; readonly problem: string }

export const unknown = (problem: string): Answer => ({ kind: 'unknown', problem })

/** How far the clock of a CA may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60 * 1000

/** Why an answer with these times does not count now; null when it does. */
export function outOfTime(
  { thisUpdate, nextUpdate }: { thisUpdate: Date; nextUpdate: Date },
  now: Date,
): string | null {
  if (thisUpdate.getTime() > now.getTime() + CLOCK_SKEW_MS) return `it is from the future (${thisUpdate.toISOString()})`
  return nextUpdate < now ? `it is out of date since ${nextUpdate.toISOString()}` : null
}

const REASONS = [
  ...['unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation'],
  ...['certificateHold', 'unspecified', 'removeFromCRL', 'privilegeWithdrawn', 'aACompromise'],
]

/** Source: RFC 5280 §5.3.1 */
export const reasonText = (code: number | null): string => (code === null ? null : REASONS[code]) ?? 'unspecified'
