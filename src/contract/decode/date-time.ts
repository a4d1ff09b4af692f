const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?$/
const DATE = /^(\d{4})-(\d{2})-(\d{2})(Z|[+-]\d{2}:\d{2})?$/

/**
 * Reads xs:dateTime with 0 to 9 fraction digits and any zone; without a zone it is Finnish time (clients.md R17).
 * A bare date is its midnight. Null when it cannot be read: that never refuses a message.
 */
export function readDateTime(written: string | null): Date | null {
  const value = written?.trim() ?? ''
  const parts = DATE_TIME.exec(value)
  if (parts === null) return DATE.test(value) ? readDateTime(value.replace(DATE, '$1-$2-$3T00:00:00$4')) : null
  const [, year, month, day, hour, minute, second, fraction = '', zone] = parts
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}`
  const instant = zone === undefined ? inHelsinki(local) : new Date(`${local}${zone}`)
  // The calendar of the database begins with the year 1.
  return Number.isNaN(instant.getTime()) || instant.getUTCFullYear() < 1 ? null : instant
}

const helsinkiOffset = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Helsinki', timeZoneName: 'longOffset' })

/** The instant at which clocks in Finland show this local time. */
function inHelsinki(local: string): Date {
  const guess = new Date(`${local}Z`)
  if (Number.isNaN(guess.getTime())) return guess
  // The offset changes twice a year; asking again at the first answer settles times near a change.
  const first = new Date(`${local}${offsetAt(guess)}`)
  return new Date(`${local}${offsetAt(first)}`)
}

function offsetAt(instant: Date): string {
  const name = helsinkiOffset.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? ''
  return /[+-]\d{2}:\d{2}/.exec(name)?.[0] ?? '+02:00'
}
