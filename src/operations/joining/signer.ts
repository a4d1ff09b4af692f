import type { Party } from '../../message/index.js'
import { services, type Tx } from '../../store/index.js'
import type { Service } from '../caller.js'
import type { Received } from '../context.js'

/** Whose key signed a request of the joining contract; `services` is empty for a key that nobody has registered. */
export interface Signer {
  readonly certificate: services.CertificateRow
  readonly services: readonly Service[]
}

/** A request that may be signed with a key that is not registered yet. */
export interface Applied extends Received {
  readonly party: Party
  readonly signer: Signer
}

/** The service that a request names; both ids are there, or it was refused before. */
export const serviceIdOf = ({ authorityId, serviceId }: Party): services.ServiceId => ({
  authorityId: authorityId ?? '',
  id: serviceId ?? '',
})

/**
 * The services that the signer's key may speak for now: the same request, signed anew, may have been served since this
 * one was verified.
 */
export const ownersOf = async (tx: Tx, { certificate }: Signer): Promise<readonly Service[]> =>
  (await services.findCertificateOwner(tx, certificate.fingerprint))?.services ?? []

/** Whether one of these services is the one that is meant. */
export const includesService = (owners: readonly Service[], { authorityId, id }: services.ServiceId): boolean =>
  owners.some((one) => one.authorityId === authorityId && one.id === id)

/** Whether a certificate with these services belongs to another authority than this. */
export const isTaken = (owners: readonly Service[], { authorityId }: services.ServiceId): boolean =>
  owners.some((one) => one.authorityId !== authorityId)

/** How the audit names an authority that acts by a signed request. */
export const actorOf = ({ authorityId, id }: services.ServiceId): string => `authority:${authorityId}/${id}`
