import type { XmlElement } from '../xml/index.js'
import { TrustError } from './errors.js'
import { WSU } from './names.js'

export interface FreshnessPolicy {
  /** how far a caller's clock may be off, either way */
  readonly clockSkewMs: number
  /** oldest Created that is accepted */
  readonly maxMessageAgeMs: number
  /** an Expires later than Created plus this counts as Created plus this */
  readonly maxTimestampLifetimeMs: number
}

export interface Freshness {
  readonly createdAt: Date
  /** when the message stops being acceptable, by its own word and our cap, without skew */
  readonly expiresAt: Date
  /** from then on the message is refused as too old; skew is allowed for */
  readonly freshUntil: Date
  /** caller's clock minus ours at Created, milliseconds */
  readonly offsetMs: number
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/

/** What a Timestamp says, before anybody judges it. */
export interface Instants {
  readonly created: Date
  /** null when it does not say */
  readonly stated: Date | null
}

/** @throws TrustError TIMESTAMP_INVALID */
export function readInstants(timestamp: XmlElement): Instants {
  const created = instantOf(timestamp, 'Created')
  if (created === null) throw new TrustError('TIMESTAMP_INVALID', 'The Timestamp has no Created')
  return { created, stated: instantOf(timestamp, 'Expires') }
}

/**
 * Judges a Timestamp against our clock.
 * @throws TrustError TIMESTAMP_INVALID, TIMESTAMP_EXPIRED, TIMESTAMP_FUTURE
 * Source: WSS 1.1.1 §10; wss.md §4
 */
export function judgeFreshness({ created, stated }: Instants, now: Date, policy: FreshnessPolicy): Freshness {
  const latest = created.getTime() + policy.maxTimestampLifetimeMs
  const expires = new Date(stated === null ? latest : Math.min(stated.getTime(), latest))
  if (expires <= created) throw new TrustError('TIMESTAMP_INVALID', 'The Timestamp expires before it is created')
  const offsetMs = created.getTime() - now.getTime()
  if (offsetMs > policy.clockSkewMs)
    throw new TrustError('TIMESTAMP_FUTURE', `The Timestamp was created ${seconds(offsetMs)} s in the future`)
  if (-offsetMs > policy.maxMessageAgeMs)
    throw new TrustError('TIMESTAMP_EXPIRED', `The Timestamp is ${seconds(-offsetMs)} s old`)
  const lateMs = now.getTime() - expires.getTime()
  if (lateMs > policy.clockSkewMs)
    throw new TrustError('TIMESTAMP_EXPIRED', `The Timestamp expired ${seconds(lateMs)} s ago`)
  const freshUntilMs = Math.min(created.getTime() + policy.maxMessageAgeMs, expires.getTime() + policy.clockSkewMs)
  return { createdAt: created, expiresAt: expires, freshUntil: new Date(freshUntilMs), offsetMs }
}

const seconds = (ms: number): number => Math.round(ms / 1000)

function instantOf(timestamp: XmlElement, local: string): Date | null {
  const found = timestamp.all(WSU, local)
  if (found.length > 1) throw new TrustError('TIMESTAMP_INVALID', `The Timestamp has more than one ${local}`)
  if (found[0] === undefined) return null
  const instant = parseInstant(found[0].text().trim())
  if (instant === null) throw new TrustError('TIMESTAMP_INVALID', `${local} is not an instant with a time zone`)
  return instant
}

/** xs:dateTime with a time zone and 0 to 9 fraction digits; null for anything else, also for the 30th of February. */
function parseInstant(text: string): Date | null {
  const parts = INSTANT.exec(text)
  if (parts === null) return null
  const [, year, month, day, hour, minute, second, fraction = '', zone] = parts
  const instant = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`,
  )
  if (Number.isNaN(instant.getTime())) return null
  const calendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return calendar.getUTCDate() === Number(day) && Number(hour) < 24 ? instant : null
}
