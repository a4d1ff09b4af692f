import { FinnishBusinessIds } from 'finnish-business-ids'
import { FinnishSSN } from 'finnish-ssn'
import type { Config } from '../config/index.js'
import { identityClassOf } from '../message/index.js'
import { CommandError, UsageError } from './errors.js'

export interface PartyId {
  readonly id: string
  /** personal identity code or business id */
  readonly idType: 'SSN' | 'CRN'
}

/**
 * Checks the id of a person or company to the last character. The sandbox takes nobody's real identity code.
 * @throws UsageError; CommandError REAL_PERSON
 */
export function checkPartyId(written: string, mode: Config['mode']): PartyId {
  const id = written.trim().toUpperCase()
  if (isBusinessId(id)) return { id, idType: 'CRN' }
  if (!FinnishSSN.validate(id)) {
    throw new UsageError(
      'The id is neither a personal identity code nor a business id: its form or its check character is wrong. ' +
        'Write it like 010190-900P or 9000001-1.',
    )
  }
  refuseRealPerson(id, mode)
  return { id, idType: 'SSN' }
}

/** @throws CommandError REAL_PERSON */
export function refuseRealPerson(id: string, mode: Config['mode']): void {
  const code = id.trim().toUpperCase()
  if (mode === 'production' || !FinnishSSN.validate(code) || identityClassOf(code) === 'artificial') return
  throw new CommandError(
    'REAL_PERSON',
    'This identity code may belong to a real person. The sandbox is for artificial ones only, whose individual number ' +
      'is 900–999, for example 010190-900P.',
  )
}

export const isBusinessId = (id: string): boolean => /^\d{7}-\d$/.test(id) && FinnishBusinessIds.isValidBusinessId(id)

/** The last two characters tell rows apart and nothing about a person. */
export function maskId(id: string): string {
  return id.length <= 4 ? '*'.repeat(id.length) : '*'.repeat(id.length - 2) + id.slice(-2)
}
