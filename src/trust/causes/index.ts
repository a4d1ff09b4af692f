import type { Cause, Search, TrustErrorCode } from '../errors.js'
import type { Examined } from '../examined.js'
import type { FreshnessPolicy } from '../freshness.js'
import type { Registered, Registry } from '../key.js'
import { Budget, quick, type Effort, type Surroundings } from './candidate.js'
import { findCertificateCause, findExpiryCause } from './certificate.js'
import { findClockCause, findTimestampForm } from './clock.js'
import { findPartCause } from './parts.js'
import { findValueCause } from './signature-value.js'
import { findStructureCause } from './structure.js'

export { quick, thorough, type Effort } from './candidate.js'
export { causeOfUnreadable } from './unreadable.js'

export interface Case {
  readonly examined: Examined
  readonly code: TrustErrorCode
  readonly now: Date
  readonly policy: FreshnessPolicy
  readonly registry: Registry<Registered>
  readonly effort?: Effort
}

export interface Found {
  readonly cause: Cause | null
  readonly search: Search | null
}

/**
 * Why a request was refused, by experiments on what was sent. Comes after the decision and never changes it: whatever
 * goes wrong here, no cause is given. Work with a part's octets begins only where the signature value has proved right,
 * or where the value proves that a registered key made it.
 */
export async function findCause(asked: Case): Promise<Found> {
  const budget = new Budget(asked.effort ?? quick)
  let cause: Cause | null = null
  try {
    cause = await causeOf(asked, budget)
  } catch {
    budget.complete = false // a fault of the diagnosis: the refusal stands without it
  }
  const { tried, complete } = budget
  return { cause, search: tried > 0 || !complete ? { tried, complete } : null }
}

async function causeOf({ examined, code, now, policy, registry }: Case, budget: Budget): Promise<Cause | null> {
  const { signature, header, owner } = examined
  switch (code) {
    case 'BODY_CHANGED':
    case 'TIMESTAMP_CHANGED':
    case 'PART_CHANGED':
      return signature ? findPartCause(surroundings(examined, signature, budget), budget) : null
    case 'SIGNATURE_INVALID':
      return signature ? findValueCause(surroundings(examined, signature, budget), registry, budget) : null
    case 'CERTIFICATE_UNREADABLE':
    case 'CERTIFICATE_UNTRUSTED':
      return findCertificateCause(examined, registry)
    case 'CERTIFICATE_EXPIRED':
      return findExpiryCause(examined, now)
    case 'TIMESTAMP_EXPIRED':
    case 'TIMESTAMP_FUTURE':
      return header ? findClockCause(header.timestamp, now, policy) : null
    case 'TIMESTAMP_INVALID':
      return header ? findTimestampForm(header.timestamp) : null
    case 'SIGNATURE_POLICY':
      // What the token holds is looked at after the structure: by then the parts are known.
      return examined.parts !== undefined && owner === undefined
        ? findCertificateCause(examined, registry)
        : findStructureCause(examined, code)
    case 'SIGNATURE_MISSING':
    case 'TIMESTAMP_MISSING':
    case 'TIMESTAMP_UNSIGNED':
    case 'ALGORITHM_REFUSED':
      return findStructureCause(examined, code)
    default:
      return null
  }
}

const surroundings = (
  examined: Examined,
  signature: NonNullable<Examined['signature']>,
  { effort }: Budget,
): Surroundings => ({ examined: { ...examined, signature }, effort })
