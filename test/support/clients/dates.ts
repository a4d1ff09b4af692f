/** The many spellings of one instant that arrive in LahetysPvm. */
const HELSINKI = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Helsinki',
  dateStyle: 'short',
  timeStyle: 'medium',
})
const OFFSET = new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Helsinki', timeZoneName: 'longOffset' })

const offsetAt = (at: Date): string =>
  OFFSET.formatToParts(at)
    .find((part) => part.type === 'timeZoneName')!
    .value.replace('GMT', '')

const fraction = (at: Date, digits: number): string => {
  const ms = String(at.getUTCMilliseconds()).padStart(3, '0')
  return digits === 0 ? '' : `.${ms.padEnd(digits, '4567').slice(0, digits)}`
}

/** `2026-03-04T15:30:00.123+02:00`, with as many fraction digits as wished. */
export const inHelsinki = (at: Date, digits = 0): string =>
  `${HELSINKI.format(at).replace(' ', 'T')}${fraction(at, digits)}${offsetAt(at)}`

/** The start of the day in Helsinki, with milliseconds, as a Java calendar prints it. */
export function midnightInHelsinki(at: Date): string {
  const day = HELSINKI.format(at).slice(0, 10)
  const summer = new Date(`${day}T00:00:00+03:00`)
  const start = HELSINKI.format(summer).endsWith('00:00:00') ? summer : new Date(`${day}T00:00:00+02:00`)
  return inHelsinki(start, 3)
}

export const inUtc = (at: Date, digits = 0): string => `${at.toISOString().slice(0, 19)}${fraction(at, digits)}Z`
