import type { RegisterService, RegistrationView, Standing } from '../../registration/index.js'
import { audit, evidence, joiningCodes, registrations, services, type Tx } from '../../store/index.js'
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
 * answer can be asked for again; a draft is completed and handed in.
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
    if (known !== null && known.state !== 'draft' && !isOwn)
      throw new JoiningError('SERVICE_EXISTS', 'The service is registered with another key')
    if (known === null || known.state === 'draft') {
      // A code is for one side: whoever came in by it does not get to the other one without another.
      const isSameSide = isOwn && known?.environment === command.application.environment
      if (!isSameSide) await takeLeave(tx, context, command, { request, isWelcome: others === 0 || owners.length > 0 })
      await handIn(tx, context, command, { request, key })
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

async function handIn(
  tx: Tx,
  context: Context,
  { application }: RegisterService,
  { request, key }: { request: Applied; key: services.ServiceId },
): Promise<void> {
  const { environment, wishes, returnChannel, authorityNames, serviceNames } = application
  const { certificate } = request.signer
  await services.addService(tx, {
    ...key,
    name: serviceNames.fi,
    authorityName: authorityNames.fi,
    environment,
    state: 'draft',
  })
  await services.setEnvironment(tx, key, environment)
  await services.changeSettings(tx, key, {
    ...(wishes.operations !== null && { operations: wishes.operations }),
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
  await advance(tx, context, { request, key })
}

/** Hands the registration in; where joining is free nobody waits for an operator. */
async function advance(
  tx: Tx,
  { policy }: Context,
  { request, key }: { request: Applied; key: services.ServiceId },
): Promise<void> {
  const from: Standing = { state: 'draft', suspendedFrom: null }
  const move = { reason: null, traceId: request.id }
  const submitted = await makeMove(
    tx,
    { ...key, ...from },
    { ...move, move: 'submit', by: 'authority', actor: actorOf(key) },
  )
  if (policy.joining === 'free')
    await makeMove(tx, { ...key, ...submitted }, { ...move, move: 'open-test', by: 'gateway', actor: 'gateway' })
}
