/**
 * States of a message, by their wire codes (viranomaispalvelut.md §7.2). A message row keeps the present state,
 * state events keep the history.
 */
export const states = {
  visible: 200,
  queued: 202,
  read: 220,
  acknowledged: 230,
  attachmentNotSaved: 522,
  virusFound: 523,
  failed: 550,
  notFetched: 580,
} as const

export type StateCode = (typeof states)[keyof typeof states]

/** A failed message may be sent again under the same reference (viranomaispalvelut.md §8). */
export function isFailure(state: StateCode): boolean {
  return state >= 500
}

/** Nothing follows an acknowledgement or a failure. */
export function isFinal(state: StateCode): boolean {
  return state === states.acknowledged || isFailure(state)
}

const ORDER: readonly StateCode[] = [states.queued, states.visible, states.read, states.acknowledged]

/** States never go backwards; a failure ends a message that nobody has seen yet. */
export function mayFollow(next: StateCode, present: StateCode): boolean {
  if (isFinal(present)) return false
  if (isFailure(next)) return present === states.queued
  return ORDER.indexOf(next) > ORDER.indexOf(present)
}
