import type { XmlElement } from '../../xml/index.js'
import { word } from '../decode/fields.js'
import { missing, tooLong, unusable } from './faults.js'

/**
 * Single values of the joining contract. As in the old one white space around them does not matter, and an empty value
 * is a missing one; but what is there and cannot be used is refused: what an authority registers is kept and acted upon
 * for years. Each takes the value's path in the request, for the person who must mend it.
 */

/** @throws ContractError REQUEST_INVALID */
export function required<T>(value: T | null, path: string): T {
  if (value === null) throw missing(path)
  return value
}

/** At most so many characters; null when missing. @throws ContractError REQUEST_INVALID */
export function short(value: string | null, path: string, max: number): string | null {
  const trimmed = value?.trim() ?? ''
  if (trimmed === '') return null
  if (isLonger(trimmed, max)) throw tooLong(path, max)
  return trimmed
}

/** Counts as the schema does: a character beyond the first 65 536 is one, though a string holds it as two. */
const isLonger = (value: string, max: number): boolean => value.length > 2 * max || Array.from(value).length > max

/** Line ends, what a terminal obeys, and what turns the direction of the text around it: a name is shown to operators. */
const UNSHOWABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u
const CONTROLS_BUT_LINE_ENDS = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/** One line that people read. @throws ContractError REQUEST_INVALID */
export function line(value: string | null, path: string, max: number): string | null {
  const read = short(value, path, max)
  if (read !== null && UNSHOWABLE.test(read)) throw hasControls(path)
  return read
}

/** Lines that people read. @throws ContractError REQUEST_INVALID */
export function lines(value: string | null, path: string, max: number): string | null {
  const read = short(value, path, max)
  if (read !== null && CONTROLS_BUT_LINE_ENDS.test(read)) throw hasControls(path)
  return read
}

const hasControls = (path: string): Error => unusable(path, 'holds control characters', 'sisältää ohjausmerkkejä')

/** The key of the word that stands there; null when none does. @throws ContractError REQUEST_INVALID */
export function oneOf<Key extends string>(
  value: string | null,
  path: string,
  words: Readonly<Record<Key, string>>,
): Key | null {
  const read = value?.trim() ?? ''
  if (read === '') return null
  const keys = Object.keys(words) as Key[]
  const key = keys.find((one) => words[one] === read)
  if (key !== undefined) return key
  const known = keys.map((one) => words[one]).join(', ')
  throw unusable(path, `is none of ${known}`, `ei ole mikään näistä: ${known}`)
}

/** `Paperi` and its like. @throws ContractError REQUEST_INVALID */
export function yesOrNo(parent: XmlElement | null, name: string, otherwise: boolean): boolean {
  const value = word(parent, name)?.toLowerCase()
  if (value === undefined) return otherwise
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw unusable(name, 'is neither true nor false', 'ei ole true eikä false')
}

/** A whole number within bounds; null when missing. @throws ContractError REQUEST_INVALID */
export function wholeNumber(
  parent: XmlElement | null,
  name: string,
  { min, max }: { min: number; max: number },
): number | null {
  const value = word(parent, name)
  if (value === null) return null
  const number = /^[+-]?\d{1,20}$/.test(value) ? Number(value) : NaN
  if (number >= min && number <= max) return number
  throw unusable(name, `is no whole number from ${min} to ${max}`, `ei ole kokonaisluku väliltä ${min}–${max}`)
}
