import type { AddCertificate, RegistrationView } from '../../registration/index.js'
import { audit, evidence, joiningCodes, services, type Tx } from '../../store/index.js'
import { CallerError } from '../caller.js'
import { inTransaction, type Context, type Recorder } from '../context.js'
import { hashJoiningCode } from './codes.js'
import { JoiningError } from './errors.js'
import { actorOf, includesService, isTaken, ownersOf, serviceIdOf, type Applied } from './signer.js'
import { viewOf } from './view.js'

/**
 * Adds a certificate to a service, for a rollover: signed with a registered key, which vouches for the new one; or with
 * the new key itself and a joining code. A code helps a suspended service too, whose old key may be in wrong hands.
 * @param added  the certificate to add, fit to sign; the signer's own when the request names none
 * @throws JoiningError JOINING_CODE_INVALID, CERTIFICATE_TAKEN, CERTIFICATE_CONFLICT; CallerError SERVICE_UNKNOWN, SERVICE_WITHDRAWN
 */
export function addCertificate(
  context: Context,
  { joiningCode }: AddCertificate,
  { request, added }: { request: Applied; added: services.CertificateRow },
  record: Recorder<RegistrationView>,
): Promise<RegistrationView> {
  const { signer } = request
  const key = serviceIdOf(request.party)
  return inTransaction(context, request, async (tx) => {
    const service = await services.lockService(tx, key)
    const isOwn = includesService(await ownersOf(tx, signer), key)
    if (!isOwn && added.fingerprint !== signer.certificate.fingerprint)
      throw new JoiningError('CERTIFICATE_CONFLICT', 'A key that is not registered may add its own certificate only')
    if (!isOwn) await takeLeave(tx, key, { joiningCode, usedBy: request.id })
    if (service === null) throw new CallerError('SERVICE_UNKNOWN', 'There is no such service')
    if (service.state === 'withdrawn') throw new CallerError('SERVICE_WITHDRAWN', 'The service was withdrawn')
    if (isTaken(await services.lockCertificate(tx, added.fingerprint), key))
      throw new JoiningError('CERTIFICATE_TAKEN', 'The certificate is registered for another authority')
    if (await services.addCertificate(tx, key, added)) {
      const subject = { ...key, fingerprint: added.fingerprint, withCode: !isOwn, traceId: request.id }
      await audit.insertAudit(tx, { actor: actorOf(key), act: 'service.certificate-added', subject })
    }
    if (request.raw !== null) await evidence.insertEvidence(tx, context.sealer, request.id, request.raw, [])
    const view = (await viewOf({ ...context, db: tx }, key))!
    await record(tx, view)
    return view
  })
}

async function takeLeave(
  tx: Tx,
  { authorityId, id: serviceId }: services.ServiceId,
  { joiningCode, usedBy }: Pick<AddCertificate, 'joiningCode'> & { usedBy: string },
): Promise<void> {
  const hash = joiningCode === null ? null : hashJoiningCode(joiningCode.reveal())
  const use = { purpose: 'certificate', authorityId, serviceId, environment: null, usedBy } as const
  if (hash === null || (await joiningCodes.useCode(tx, { ...use, hash })) === null)
    throw new JoiningError('JOINING_CODE_INVALID', 'The joining code is not good for this service')
}
