import type {
  ChangeContacts,
  RegistrationView,
  RetireCertificate,
  Standing,
  WithdrawRegistration,
} from '../../registration/index.js'
import { audit, certificates, evidence, registrations, services, type Tx } from '../../store/index.js'
import { CallerError, judgeOperation } from '../caller.js'
import { inTransaction, type Context, type Recorder, type Submitted } from '../context.js'
import { makeMove } from '../standing.js'
import { JoiningError } from './errors.js'
import { actorOf, includesService, ownersOf, type Applied } from './signer.js'
import { viewOf } from './view.js'

/** What its authority does to a registration that is there, signed with a key that is registered. */
type Change = (tx: Tx, service: services.Service & Standing) => Promise<void>

/** A request of a service, with the key that signed it. */
type Signed = Submitted & Applied

export async function getRegistration(
  context: Context,
  submitted: Submitted,
  record: Recorder<RegistrationView>,
): Promise<RegistrationView> {
  const view = (await viewOf(context, submitted.service))!
  await inTransaction(context, submitted, (tx) => record(tx, view))
  return view
}

/** Replaces contacts, return channel, or both. */
export const changeContacts = (
  context: Context,
  { operation, contacts, returnChannel }: ChangeContacts,
  submitted: Signed,
  record: Recorder<RegistrationView>,
): Promise<RegistrationView> =>
  changing(context, { operation, submitted, record }, async (tx, service) => {
    if (contacts !== null) await registrations.setContacts(tx, context.sealer, service, contacts.reveal())
    if (returnChannel === 'none') await services.changeSettings(tx, service, {}, ['returnChannel'])
    // What the operator has agreed besides, such as a CA of its own, stays.
    else if (returnChannel !== null)
      await services.changeSettings(tx, service, {
        returnChannel: { ...service.settings.returnChannel, ...returnChannel },
      })
    await noting(tx, submitted, 'service.contacts-changed', {
      contacts: contacts !== null,
      returnChannel: returnChannel !== null,
    })
  })

/**
 * Retires a certificate; one that is valid has to remain, or nobody could sign any more.
 * @throws JoiningError CERTIFICATE_NOT_REGISTERED, CERTIFICATE_LAST
 */
export const retireCertificate = (
  context: Context,
  { operation, fingerprint }: RetireCertificate,
  submitted: Signed,
  record: Recorder<RegistrationView>,
): Promise<RegistrationView> =>
  changing(context, { operation, submitted, record }, async (tx, service) => {
    const key = { authorityId: service.authorityId, serviceId: service.id }
    const all = await certificates.keysOf(tx, service)
    if (!all.some((one) => one.fingerprint === fingerprint))
      throw new JoiningError('CERTIFICATE_NOT_REGISTERED', 'The service has no certificate with this fingerprint')
    const now = context.clock.now()
    const oneRemains = all.some((one) => one.fingerprint !== fingerprint && context.canSign(one, now))
    if (!oneRemains)
      throw new JoiningError('CERTIFICATE_LAST', 'No other valid certificate of the service would remain')
    await certificates.removeRegistration(tx, { ...key, fingerprint })
    await noting(tx, submitted, 'service.certificate-retired', { fingerprint })
  })

/** Ends the service for good; what was taken before is still delivered. */
export const withdrawRegistration = (
  context: Context,
  { operation, reason }: WithdrawRegistration,
  submitted: Signed,
  record: Recorder<RegistrationView>,
): Promise<RegistrationView> =>
  changing(context, { operation, submitted, record }, async (tx, service) => {
    const { id: traceId } = submitted
    await makeMove(tx, service, { move: 'withdraw', by: 'authority', actor: actorOf(service), reason, traceId })
  })

interface Changing {
  readonly operation: (ChangeContacts | RetireCertificate | WithdrawRegistration)['operation']
  readonly submitted: Signed
  readonly record: Recorder<RegistrationView>
}

/**
 * Judges who asks, and the state, once more on the locked service: since the request was verified its key may have been
 * retired, or the service suspended.
 * @throws CallerError CERTIFICATE_OTHER_SERVICE; as `judgeOperation`
 */
function changing(
  context: Context,
  { operation, submitted, record }: Changing,
  change: Change,
): Promise<RegistrationView> {
  return inTransaction(context, submitted, async (tx) => {
    const service = (await services.lockService(tx, submitted.service))!
    if (!includesService(await ownersOf(tx, submitted.signer), service))
      throw new CallerError('CERTIFICATE_OTHER_SERVICE', 'The certificate is not registered for the service any more')
    judgeOperation(service, operation, context.policy)
    await change(tx, service)
    if (submitted.raw !== null) await evidence.insertEvidence(tx, context.sealer, submitted.id, submitted.raw, [])
    const view = (await viewOf({ ...context, db: tx }, service))!
    await record(tx, view)
    return view
  })
}

const noting = (tx: Tx, { service, id: traceId }: Submitted, act: string, what: object): Promise<void> =>
  audit.insertAudit(tx, {
    actor: actorOf(service),
    act,
    subject: { authorityId: service.authorityId, id: service.id, ...what, traceId },
  })
