import { SenderError } from '../errors.js'
import type { Operation, Party } from '../message/index.js'
import { environmentIn, isOpen, type Environment, type JoiningOperation } from '../registration/index.js'
import { services, type Queryable } from '../store/index.js'

export type Service = services.Service

/** Who the signature's certificate or the connection says is calling: the services that it may speak for. */
export type Caller =
  { readonly kind: 'certificate' | 'connection'; readonly services: readonly Service[] } | { readonly kind: 'unproven' }

export type CallerErrorCode =
  | 'AUTHORITY_MISMATCH'
  | 'CALLER_UNPROVEN'
  | 'SERVICE_UNKNOWN'
  | 'OPERATION_NOT_ALLOWED'
  | 'CERTIFICATE_OTHER_SERVICE'
  | 'SERVICE_NOT_OPEN'
  | 'SERVICE_SUSPENDED'
  | 'SERVICE_WITHDRAWN'
  | 'ENVIRONMENT_NOT_SERVED'

export class CallerError extends SenderError<CallerErrorCode> {}

/**
 * Compares who is calling with who the signed request says is calling. A missing service means the authority's only
 * one (clients.md R21); ids are compared byte for byte, without surrounding white space (R28).
 * @throws CallerError AUTHORITY_MISMATCH, CALLER_UNPROVEN (403), SERVICE_UNKNOWN (404), CERTIFICATE_OTHER_SERVICE (406)
 * Source: viranomaispalvelut.md §7.1, §12 step 3; ADR 0004
 */
export const identify = async (db: Queryable, caller: Caller, party: Party): Promise<Service> =>
  ownService(caller, party) ?? (await claimedService(db, caller, party))

/** Operations that somebody may be asked for who is not open, or not any more. */
const ALWAYS: readonly string[] = ['getRegistration'] satisfies JoiningOperation[]

/**
 * Refuses what a service may not ask for, or not now.
 * @throws CallerError OPERATION_NOT_ALLOWED, SERVICE_NOT_OPEN, SERVICE_SUSPENDED, SERVICE_WITHDRAWN, ENVIRONMENT_NOT_SERVED (405)
 */
export function judgeOperation(
  { state, settings }: Service,
  operation: Operation | JoiningOperation,
  { environments }: { readonly environments: 'both' | Environment },
): void {
  if (ALWAYS.includes(operation)) return
  if (state === 'suspended') throw new CallerError('SERVICE_SUSPENDED', 'The service is suspended')
  if (state === 'withdrawn') throw new CallerError('SERVICE_WITHDRAWN', 'The service was withdrawn')
  if (!isMessaging(operation)) return
  if (!isOpen(state)) throw new CallerError('SERVICE_NOT_OPEN', 'The service is registered and not opened yet')
  if (environments !== 'both' && environments !== environmentIn(state))
    throw new CallerError('ENVIRONMENT_NOT_SERVED', `This installation serves ${environments} only`)
  if (settings.operations?.includes(operation) === false)
    throw new CallerError('OPERATION_NOT_ALLOWED', 'The service may not call this operation')
}

const MESSAGING: readonly string[] = [
  'sendMessage',
  'addItems',
  'queryCustomers',
  'getServiceStatus',
] satisfies Operation[]
const isMessaging = (operation: string): boolean => MESSAGING.includes(operation)

/** The service that the request names, when the certificate speaks for just that one: nothing has to be asked. */
function ownService(caller: Caller, { authorityId, serviceId }: Party): Service | undefined {
  if (caller.kind === 'unproven') return undefined
  return caller.services.find((service) => service.authorityId === authorityId && service.id === serviceId)
}

/** The service that is meant otherwise, if the caller may speak for it; or which of its ids is wrong. */
async function claimedService(db: Queryable, caller: Caller, { authorityId, serviceId }: Party): Promise<Service> {
  const proven = caller.kind === 'unproven' ? null : caller.services.filter((one) => one.authorityId === authorityId)
  if (caller.kind === 'connection' && proven?.length === 0) {
    throw new CallerError('CALLER_UNPROVEN', 'Nothing in the connection proves that this authority is calling')
  }
  if (authorityId === null || proven?.length === 0) {
    throw new CallerError('AUTHORITY_MISMATCH', 'The authority is not that of the certificate')
  }
  const known = await services.servicesOf(db, authorityId)
  if (known.length === 0) throw new CallerError('AUTHORITY_MISMATCH', 'The authority is not known')
  const meant = serviceId === null && known.length === 1 ? known[0] : known.find((one) => one.id === serviceId)
  if (meant === undefined) throw new CallerError('SERVICE_UNKNOWN', 'The authority has no such service')
  if (proven?.some((one) => one.id === meant.id) === false) {
    if (caller.kind === 'connection')
      throw new CallerError('CALLER_UNPROVEN', 'The connection proves another service of the authority')
    throw new CallerError(
      'CERTIFICATE_OTHER_SERVICE',
      'The certificate is registered for another service of the authority',
    )
  }
  return meant
}
