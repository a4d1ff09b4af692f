import { SenderError } from '../errors.js'
import type { Operation, Party } from '../message/index.js'
import { services, type Queryable } from '../store/index.js'

export type Service = services.Service

/** Who the connection or the signature says is calling: the services that its certificate may speak for. */
export type Caller =
  { readonly kind: 'certificate'; readonly services: readonly Service[] } | { readonly kind: 'unproven' }

export type CallerErrorCode =
  'AUTHORITY_MISMATCH' | 'SERVICE_UNKNOWN' | 'OPERATION_NOT_ALLOWED' | 'CERTIFICATE_OTHER_SERVICE'

export class CallerError extends SenderError<CallerErrorCode> {}

/**
 * Compares who is calling with who the signed Body says is calling. A missing PalveluTunnus means the authority's only
 * service (clients.md R21); ids are compared byte for byte, without surrounding white space (R28).
 * @throws CallerError AUTHORITY_MISMATCH (403), SERVICE_UNKNOWN (404), CERTIFICATE_OTHER_SERVICE (406), OPERATION_NOT_ALLOWED (405)
 * Source: viranomaispalvelut.md §7.1, §12 step 3; ADR 0004
 */
export async function identify(db: Queryable, caller: Caller, party: Party, operation: Operation): Promise<Service> {
  const { authorityId, serviceId } = party
  const ownAuthority =
    caller.kind === 'unproven' || caller.services.some((service) => service.authorityId === authorityId)
  if (authorityId === null || !ownAuthority) {
    throw new CallerError('AUTHORITY_MISMATCH', 'ViranomaisTunnus is not the authority of the certificate')
  }
  const known = await services.servicesOf(db, authorityId)
  if (known.length === 0) throw new CallerError('AUTHORITY_MISMATCH', 'ViranomaisTunnus is not known')
  const meant = serviceId === null && known.length === 1 ? known[0] : known.find((service) => service.id === serviceId)
  if (meant === undefined) throw new CallerError('SERVICE_UNKNOWN', 'PalveluTunnus is not a service of the authority')
  if (
    caller.kind === 'certificate' &&
    !caller.services.some((service) => service.authorityId === authorityId && service.id === meant.id)
  ) {
    throw new CallerError(
      'CERTIFICATE_OTHER_SERVICE',
      'The certificate is registered for another service of the authority',
    )
  }
  if (meant.settings.operations?.includes(operation) === false) {
    throw new CallerError('OPERATION_NOT_ALLOWED', 'The service may not call this operation')
  }
  return meant
}
