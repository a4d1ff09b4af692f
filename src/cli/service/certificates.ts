import { daysLeft } from '../../certificates/index.js'
import { certificates, type services } from '../../store/index.js'
import { shown } from '../layout.js'
import type { Session } from '../session.js'

export interface ShownCertificate extends Omit<certificates.RegistrationRow, 'authorityId' | 'serviceId'> {
  readonly daysLeft: number
}

/** The certificates of a service; what was found about them in days when CAs were configured decides nothing today. */
export async function certificatesWithDays(
  { db, config, clock }: Session,
  { authorityId, id }: services.ServiceId,
): Promise<ShownCertificate[]> {
  const rows = await certificates.listRegistrations(db, { authorityId, serviceId: id })
  return rows.map(({ fingerprint, subject, notBefore, notAfter, status }) => ({
    ...{ fingerprint, subject, notBefore, notAfter },
    daysLeft: daysLeft(notAfter, clock.now()),
    status: config.caFiles === undefined ? null : status,
  }))
}

export const certificateLines = (list: readonly ShownCertificate[]): string[] =>
  list.map(({ fingerprint, subject, notAfter, daysLeft: days, status }) =>
    [
      `${fingerprint.slice(0, 16)}  ${shown(subject)}, until ${shown(notAfter)}`,
      days < 0 ? 'has ended' : `${days} days left`,
      ...(status === null ? [] : [status.state]),
    ].join(', '),
  )
