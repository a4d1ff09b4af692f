import { mayBringKey } from '../contract/index.js'
import type { Party } from '../message/index.js'
import {
  findCallers,
  identify,
  judgeOperation,
  type Caller,
  type Connection,
  type joining,
  type Service,
} from '../operations/index.js'
import { sha1Refused, verify, type Certificate, type Envelope, type Verified } from '../trust/index.js'
import type { ExchangeContext, Owner } from './context.js'
import { ArrivalError } from './errors.js'
import type { Exchange } from './exchange.js'

/** Who is calling, and the check that is left for when the service is known. */
export interface Identified {
  readonly caller: Caller
  /** null on the unsigned endpoint: nothing in such a request tells it from another with the same words */
  readonly verified: Verified<Owner> | null
}

/** @throws TrustError, ArrivalError NON_SIGNED_CLOSED */
export async function findOutCaller(
  context: ExchangeContext,
  exchange: Exchange,
  envelope: Envelope,
  party: Party,
): Promise<Identified> {
  if (exchange.endpoint === 'non-signed') return { caller: await callerOf(context, exchange), verified: null }
  const verified = await verify(envelope, {
    now: context.clock.now(),
    policy: context.trust,
    registry: {
      findCertificate: context.findCertificate,
      listCertificates: () =>
        party.authorityId === null ? Promise.resolve([]) : context.certificatesOf(party.authorityId),
      ...(mayBringKey(envelope.payload) && { applicant }),
    },
  })
  exchange.fingerprint = verified.owner.certificate.fingerprint
  exchange.algorithms = { signatureAlgorithm: verified.signatureAlgorithm, digestAlgorithm: verified.digestAlgorithm }
  exchange.report = verified.report
  exchange.usesSha1 = verified.usesSha1
  return { caller: { kind: 'certificate', services: verified.owner.services }, verified }
}

const applicant = (certificate: Certificate): Owner => ({ certificate, services: [], status: null, isApplicant: true })

/**
 * The service that is calling, if it may ask for this now; null for whoever comes with a key that is to be registered.
 * @throws CallerError, LimitReached, ArrivalError REQUEST_TOO_LARGE, TrustError ALGORITHM_REFUSED
 */
export async function admitCaller(
  context: ExchangeContext,
  exchange: Exchange,
  { identified, party, sizeBytes }: { identified: Identified; party: Party; sizeBytes: number },
): Promise<Service | null> {
  if (bringsKey(exchange, identified, party)) return null
  const service = (exchange.service = await identify(context.db, identified.caller, party))
  judgeOperation(service, exchange.operation!, context.policy)
  const { requestsPerMinute, maxRequestBytes = Infinity } = service.settings
  await context.perService.take(service, requestsPerMinute)
  if (sizeBytes > maxRequestBytes) throw new ArrivalError('REQUEST_TOO_LARGE', "Larger than the service's own limit")
  judgeAlgorithms(context, service, identified)
  return service
}

/** Registering is judged by the registration itself; a certificate is added by a key that speaks for the service, or by itself. */
function bringsKey({ operation }: Exchange, { caller }: Identified, { authorityId, serviceId }: Party): boolean {
  if (operation === 'registerService') return true
  const isKnown =
    caller.kind !== 'unproven' && caller.services.some((one) => one.authorityId === authorityId && one.id === serviceId)
  return operation === 'addCertificate' && !isKnown
}

/** Whose key signed; on an endpoint that takes signed requests only. */
export const signerOf = ({ verified }: Identified): joining.Signer => verified!.owner

/** The last word on algorithms is the service's own. */
function judgeAlgorithms(context: ExchangeContext, service: Service, { verified }: Identified): void {
  if (verified?.usesSha1 !== true) return
  if (service.settings.sha1 === 'refused') throw sha1Refused(verified.report)
  context.oldAlgorithms.seen(service)
}

/** On the unsigned endpoint the connection has to say who calls (wss.md §6); a signature there is not looked at. */
async function callerOf(context: ExchangeContext, exchange: Exchange): Promise<Caller> {
  if (context.nonSigned === 'off') throw new ArrivalError('NON_SIGNED_CLOSED', 'The unsigned endpoint is closed')
  const { caller, proofs } = await findCallers(context, exchange.connection)
  exchange.report = {
    checks: [{ check: 'connection', passed: proofs.length > 0, facts: factsOf(exchange.connection, proofs) }],
  }
  return proofs.length === 0 && context.nonSigned === 'anyone' ? { kind: 'unproven' } : caller
}

const factsOf = (connection: Connection, proofs: readonly string[]) => ({
  provenBy: proofs.join(', ') || null,
  clientCertificate: connection.clientCertificate,
  apiKey: connection.apiKey !== null,
  address: connection.address,
})
