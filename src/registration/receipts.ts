import { isFailure, states, type StateCode } from '../message/index.js'
import type { ServiceSettings } from './settings.js'

/** What a message asked to be told of. */
export interface ReceiptWishes {
  readonly requiresAcknowledgement: boolean
  readonly forceReadReceipt: boolean
}

/**
 * Whether a state goes to the authority's return channel. Failures always do: nobody else would tell. That a queued
 * message has become visible, and an acknowledgement, are what the 202 promised; a receipt of reading goes when it was
 * asked for or the service wants all (viranomaispalvelut.md §9.3, paluukanava.md §4).
 */
export function isReported(
  state: StateCode,
  { forceReadReceipt }: ReceiptWishes,
  receipts: NonNullable<ServiceSettings['receipts']>,
): boolean {
  if (isFailure(state)) return true
  if (receipts === 'none' || state === states.queued) return false
  return state !== states.read || forceReadReceipt || receipts === 'all'
}
