import { createHash, randomInt } from 'node:crypto'

/** Letters and digits that nobody mistakes for each other, on paper or by telephone. Source: Crockford's base 32 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = 5
const GROUP = 5

/** A new joining code: 25 characters of 32, 125 bits, in groups. */
export const newJoiningCode = (): string =>
  Array.from({ length: GROUPS }, () => Array.from({ length: GROUP }, () => ALPHABET[randomInt(32)]).join('')).join('-')

/** Codes are random and long, so their plain hash tells nothing. Case, spaces and hyphens do not matter; O is 0, I and L are 1. */
export const hashJoiningCode = (code: string): Buffer =>
  createHash('sha256')
    .update(code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1'), 'utf8')
    .digest()
