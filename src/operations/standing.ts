import { hideIdentityCodes } from '../log.js'
import {
  RegistrationError,
  standingAfter,
  voidsApprovals,
  type Mover,
  type MoveName,
  type Standing,
} from '../registration/index.js'
import { audit, registrations, services, type Tx } from '../store/index.js'

/** A move between states, with who makes it and why. */
export interface MoveRequest {
  readonly move: MoveName
  readonly by: Mover
  /** for the audit */
  readonly actor: string
  readonly reason: string | null
  /** of the request that asked for it, if one did */
  readonly traceId?: string
}

/**
 * Moves a locked service, and writes who moved it and why; what the move needs has been looked at before.
 * @throws RegistrationError MOVE_NOT_POSSIBLE
 */
export async function makeMove(
  tx: Tx,
  service: services.ServiceId & Standing,
  { move, by, actor, reason: written, traceId }: MoveRequest,
): Promise<Standing> {
  const { authorityId, id } = service
  // Written by people, kept in plain text, and shown to others.
  const reason = written === null ? null : hideIdentityCodes(written)
  const next = standingAfter(service, move, { by, reason })
  await services.setStanding(tx, service, { ...next, reason })
  if (voidsApprovals(move)) await registrations.raiseRevision(tx, service)
  const subject = { authorityId, id, move, from: service.state, to: next.state, reason, ...(traceId && { traceId }) }
  await audit.insertAudit(tx, { actor, act: 'service.moved', subject })
  return next
}

export const impossible = (message: string): RegistrationError => new RegistrationError('MOVE_NOT_POSSIBLE', message)
