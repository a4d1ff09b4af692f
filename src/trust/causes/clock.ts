import type { XmlElement } from '../../xml/index.js'
import type { Cause } from '../errors.js'
import { readInstants, type FreshnessPolicy } from '../freshness.js'
import { WSU } from '../names.js'

const HOUR_MS = 3600 * 1000
/** A message is on its way for seconds; a time zone is whole hours (or half ones, east of here). */
const ON_THE_WAY_MS = 60 * 1000
const MAX_ZONE_HOURS = 14

/** Why a Timestamp is too old or from the future: the clock, the time zone, or the way. */
export function findClockCause(timestamp: XmlElement, now: Date, policy: FreshnessPolicy): Cause {
  const { created, stated } = readInstants(timestamp)
  const offsetMs = created.getTime() - now.getTime()
  const facts = {
    offsetSeconds: Math.round(offsetMs / 1000),
    allowedSeconds: policy.clockSkewMs / 1000,
    maxAgeSeconds: policy.maxMessageAgeMs / 1000,
    lifetimeSeconds: stated === null ? null : (stated.getTime() - created.getTime()) / 1000,
    createdAt: created.toISOString(),
    ourClock: now.toISOString(),
  }
  const hours = Math.round(offsetMs / HOUR_MS)
  // What took its time on the way arrives later than the hour, never much before it.
  const restMs = offsetMs - hours * HOUR_MS
  const isZone = hours !== 0 && Math.abs(hours) <= MAX_ZONE_HOURS && Math.abs(restMs) <= ON_THE_WAY_MS
  if (isZone) return { id: 'local-time-as-utc', certainty: 'likely', facts: { hours, ...facts } }
  // Nothing arrives before it was made: then the clocks differ. What is old may have waited.
  const certainty = offsetMs > policy.clockSkewMs ? 'proven' : 'likely'
  return { id: 'clock-off', certainty, facts: { direction: offsetMs > 0 ? 'ahead' : 'behind-or-delayed', ...facts } }
}

/** What is wrong with a Timestamp that cannot be read. */
export function findTimestampForm(timestamp: XmlElement): Cause {
  const form = (element: string, problem: string): Cause => ({
    id: 'timestamp-form',
    certainty: 'proven',
    facts: { element, problem },
  })
  for (const local of ['Created', 'Expires']) {
    const found = timestamp.all(WSU, local)
    if (found.length > 1) return form(local, 'repeated')
    if (found[0] === undefined) {
      if (local === 'Expires') continue
      const elsewhere = timestamp.elements().some((one) => one.local === local)
      return form(local, elsewhere ? 'in another namespace' : 'missing')
    }
    const problem = problemOf(found[0].text().trim())
    if (problem !== null) return form(local, problem)
  }
  return form('Expires', 'not after Created')
}

function problemOf(text: string): string | null {
  if (text === '') return 'empty'
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?$/.test(text)) return 'no time zone'
  if (/^\d{4}-\d{2}-\d{2} /.test(text)) return 'a space instead of T'
  if (/^\d{10,13}$/.test(text)) return 'a number of seconds'
  if (/\.\d{10,}/.test(text)) return 'more than nine fraction digits'
  if (/,\d/.test(text)) return 'a comma in the fraction'
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?:Z|[+-])/.test(text)) return 'no seconds'
  if (/[+-]\d{4}$/.test(text)) return 'an offset without its colon'
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ? null
    : 'not an xs:dateTime'
}
