import { MAX_CERTIFICATES, type AddCertificate, type RegistrationView } from '../../registration/index.js'
import { audit, certificates, evidence, joiningCodes, services, type Tx } from '../../store/index.js'
import { CallerError, judgeOperation } from '../caller.js'
import { inTransaction, type Context, type Recorder } from '../context.js'
import { hashJoiningCode } from './codes.js'
import { JoiningError } from './errors.js'
import { actorOf, includesService, isTaken, ownersOf, serviceIdOf, type Applied } from './signer.js'
import { viewOf } from './view.js'

/**
 * Adds a certificate to a service, for a rollover: signed with a registered key, which vouches for the new one; or with
 * the new key itself and a joining code. A code helps a suspended service too, whose old key may be in wrong hands; a
 * service that is not open yet gets another key by registering with another code, so that codes of the two kinds stay apart.
 * @param added  the certificate to add, fit to sign; the signer's own when the request names none
 * @throws JoiningError JOINING_CODE_INVALID, CERTIFICATE_TAKEN, CERTIFICATE_CONFLICT, CERTIFICATE_LIMIT; CallerError
 *   SERVICE_UNKNOWN, SERVICE_NOT_OPEN, SERVICE_WITHDRAWN, SERVICE_SUSPENDED
 */
export function addCertificate(
  context: Context,
  { operation, joiningCode }: AddCertificate,
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
    if (!isOwn && (service.state === 'draft' || service.state === 'submitted'))
      throw new CallerError('SERVICE_NOT_OPEN', 'A service that is not open yet gets its key by registering')
    // Whoever was let in as the service itself is judged again; a key that came by a code a moment ago is not.
    if (includesService(signer.services, key)) judgeOperation(service, operation, context.policy)
    if (isTaken(await services.lockCertificate(tx, added.fingerprint), key))
      throw new JoiningError('CERTIFICATE_TAKEN', 'The certificate is registered for another authority')
    const others = (await certificates.keysOf(tx, key)).filter((one) => one.fingerprint !== added.fingerprint)
    if (others.length >= MAX_CERTIFICATES)
      throw new JoiningError('CERTIFICATE_LIMIT', `The service has ${MAX_CERTIFICATES} certificates already`)
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
