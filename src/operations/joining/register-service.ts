import type { RegisterService, RegistrationView, Standing } from '../../registration/index.js'
import { audit, certificates, evidence, joiningCodes, registrations, services, type Tx } from '../../store/index.js'
import { CallerError } from '../caller.js'
import { inTransaction, type Context, type Recorder } from '../context.js'
import { makeMove } from '../standing.js'
import { hashJoiningCode } from './codes.js'
import { JoiningError } from './errors.js'
import { actorOf, includesService, isTaken, serviceIdOf, type Applied } from './signer.js'
import { viewOf } from './view.js'

/**
 * Registers a service under the key that signed the request. Leave comes from a joining code; where joining is free, an
 * authority that is new needs none. The key that is registered already gets the registration as it is, so that a lost
 * answer can be asked for again; a draft is completed and handed in, by its own key or, with a code, by another one, which
 * takes the place of those it had: an operator may have turned their holder away.
 * @throws JoiningError JOINING_CODE_INVALID, SERVICE_EXISTS, CERTIFICATE_TAKEN, CERTIFICATE_CONFLICT; CallerError SERVICE_WITHDRAWN
 */
export function registerService(
  context: Context,
  command: RegisterService,
  request: Applied,
  record: Recorder<RegistrationView>,
): Promise<RegistrationView> {
  const key = serviceIdOf(request.party)
  const { certificate } = request.signer
  if (command.certificate !== null && !command.certificate.equals(certificate.der))
    throw new JoiningError('CERTIFICATE_CONFLICT', 'The certificate in the request is not the one that signed it')
  return inTransaction(context, request, async (tx) => {
    const others = await services.lockAuthority(tx, key.authorityId, command.application.authorityNames.fi)
    const known = await services.lockService(tx, key)
    // Not those of when the request was verified: the same one, signed anew, may have been served since.
    const owners = await services.lockCertificate(tx, certificate.fingerprint)
    if (isTaken(owners, key))
      throw new JoiningError('CERTIFICATE_TAKEN', 'The certificate is registered for another authority')
    if (known?.state === 'withdrawn') throw new CallerError('SERVICE_WITHDRAWN', 'The service was withdrawn')
    const isOwn = includesService(owners, key)
    const keys = await certificates.listRegistrations(tx, { authorityId: key.authorityId, serviceId: key.id })
    // What an operator hands in for an authority has no key before the authority comes with its code.
    const isWaiting = known === null || known.state === 'draft' || (known.state === 'submitted' && keys.length === 0)
    if (!isWaiting && !isOwn) throw new JoiningError('SERVICE_EXISTS', 'The service is registered with another key')
    if (isWaiting) {
      // A code is for one side: whoever came in by it does not get to the other one without another.
      const isSameSide = isOwn && known?.environment === command.application.environment
      if (!isSameSide) await takeLeave(tx, context, command, { request, isWelcome: others === 0 || owners.length > 0 })
      if (!isOwn) await retireAll(tx, keys, request)
      await handIn(tx, context, command, { request, key, known })
    }
    const view = (await viewOf({ ...context, db: tx }, key))!
    await record(tx, view)
    return view
  })
}

async function takeLeave(
  tx: Tx,
  { policy }: Context,
  { joiningCode, application }: RegisterService,
  { request, isWelcome }: { request: Applied; isWelcome: boolean },
): Promise<void> {
  const { authorityId, id: serviceId } = serviceIdOf(request.party)
  if (joiningCode === null) {
    // Somebody who has nothing to show must not become a part of an authority that is there already.
    if (policy.joining === 'free' && isWelcome) return
    throw new JoiningError('JOINING_CODE_INVALID', 'Registering needs a joining code')
  }
  const used = await joiningCodes.useCode(tx, {
    hash: hashJoiningCode(joiningCode.reveal()),
    purpose: 'registration',
    authorityId,
    serviceId,
    environment: application.environment,
    usedBy: request.id,
  })
  if (used === null)
    throw new JoiningError('JOINING_CODE_INVALID', 'The joining code is not good for this registration')
}

/** Keys that somebody else signed with before; the one that comes with a code is the only one from now on. */
async function retireAll(tx: Tx, keys: readonly certificates.RegistrationRow[], request: Applied): Promise<void> {
  const { id: traceId, party, signer } = request
  const service = serviceIdOf(party)
  for (const one of keys) {
    await certificates.removeRegistration(tx, one)
    const subject = { ...service, fingerprint: one.fingerprint, replacedBy: signer.certificate.fingerprint, traceId }
    await audit.insertAudit(tx, { actor: actorOf(service), act: 'service.certificate-retired', subject })
  }
}

/** A service as it was before the request; null when it is new. */
type Known = (services.Service & Standing) | null

/** Operations to be set: an authority may narrow what was set before it, an operator's restriction too, and never widen it. */
function operationsFor({ application }: RegisterService, known: Known): readonly string[] | null {
  const { operations: wished } = application.wishes
  const set = known?.settings.operations
  const allowed = set === undefined ? wished : (wished?.filter((one) => set.includes(one)) ?? null)
  return allowed?.length === 0 ? null : allowed
}

async function handIn(
  tx: Tx,
  context: Context,
  command: RegisterService,
  { request, key, known }: { request: Applied; key: services.ServiceId; known: Known },
): Promise<void> {
  const { application } = command
  const { environment, returnChannel, authorityNames, serviceNames } = application
  const { certificate } = request.signer
  await services.addService(tx, {
    ...key,
    name: serviceNames.fi,
    authorityName: authorityNames.fi,
    environment,
    state: 'draft',
  })
  await services.setEnvironment(tx, key, environment)
  const operations = operationsFor(command, known)
  await services.changeSettings(tx, key, {
    ...(operations !== null && { operations }),
    ...(returnChannel !== null && { returnChannel }),
  })
  await registrations.putApplication(tx, context.sealer, key, {
    ...application,
    contacts: application.contacts.reveal(),
  })
  await services.addCertificate(tx, key, certificate)
  if (request.raw !== null) await evidence.insertEvidence(tx, context.sealer, request.id, request.raw, [])
  const subject = { ...key, fingerprint: certificate.fingerprint, traceId: request.id }
  await audit.insertAudit(tx, { actor: actorOf(key), act: 'service.registered', subject })
  await advance(tx, context, { request, key, known })
}

/** Hands the registration in; where joining is free nobody waits for an operator. */
async function advance(
  tx: Tx,
  { policy }: Context,
  { request, key, known }: { request: Applied; key: services.ServiceId; known: Known },
): Promise<void> {
  const from: Standing = known ?? { state: 'draft', suspendedFrom: null }
  const move = { reason: null, traceId: request.id }
  const submitted =
    from.state === 'submitted'
      ? from
      : await makeMove(tx, { ...from, ...key }, { ...move, move: 'submit', by: 'authority', actor: actorOf(key) })
  if (policy.joining === 'free')
    await makeMove(tx, { ...submitted, ...key }, { ...move, move: 'open-test', by: 'gateway', actor: 'gateway' })
}
