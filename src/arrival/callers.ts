import type { Party } from '../message/index.js'
import { findCallers, type Caller, type Connection, type Service } from '../operations/index.js'
import { sha1Refused, verify, type Envelope, type Verified } from '../trust/index.js'
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
    },
  })
  exchange.fingerprint = verified.owner.certificate.fingerprint
  exchange.algorithms = { signatureAlgorithm: verified.signatureAlgorithm, digestAlgorithm: verified.digestAlgorithm }
  exchange.report = verified.report
  exchange.usesSha1 = verified.usesSha1
  return { caller: { kind: 'certificate', services: verified.owner.services }, verified }
}

/** The last word on algorithms is the service's own. @throws TrustError ALGORITHM_REFUSED */
export function judgeAlgorithms(context: ExchangeContext, service: Service, { verified }: Identified): void {
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
