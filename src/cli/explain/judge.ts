import type { CertificateDirectory } from '../../certificates/index.js'
import type { SenderError as SenderErrorType } from '../../errors.js'
import type {
  Certificate,
  LiveReport,
  Registered,
  Registry,
  TrustPolicy,
  VerificationReport,
} from '../../trust/index.js'

/** What the gateway's own verification says of a saved request. */
export interface Judgement {
  readonly accepted: boolean
  readonly code: string | null
  readonly report: VerificationReport
  /** null when the request could not be read */
  readonly live: LiveReport | null
}

interface Circumstances {
  readonly charset: string | null
  readonly now: Date
  readonly policy: TrustPolicy
  /** looks in the certificates of the authority that the message names */
  readonly registryOf: (authorityId: string | null) => Registry<Registered>
}

const applicant = (certificate: Certificate): Registered => ({ certificate, isApplicant: true })

/** Runs the verification that requests go through, and looks for the cause as long as it takes. */
export async function judge(raw: Buffer, { charset, now, policy, registryOf }: Circumstances): Promise<Judgement> {
  const { causeOfUnreadable, readEnvelope, refuseUnknownHeaders, thorough, TrustError, verify } =
    await import('../../trust/index.js')
  const { decodeParty, mayBringKey } = await import('../../contract/index.js')
  const { SenderError } = await import('../../errors.js')
  try {
    const envelope = readEnvelope(raw, charset)
    refuseUnknownHeaders(envelope)
    const { authorityId } = decodeParty(envelope.payload)
    const registry = { ...registryOf(authorityId), ...(mayBringKey(envelope.payload) && { applicant }) }
    const { report } = await verify(envelope, { now, policy, registry, effort: thorough })
    return { accepted: true, code: null, report: report.whole(), live: report }
  } catch (error) {
    if (!(error instanceof SenderError)) throw error
    const { code, message } = error as SenderErrorType
    if (error instanceof TrustError) {
      const live = error.report as LiveReport
      return { accepted: false, code, report: live.whole(), live }
    }
    const cause = causeOfUnreadable(raw, error)
    const checks = [{ check: 'reading', passed: false, facts: { code, reason: message } }]
    return { accepted: false, code, report: { checks, cause }, live: null }
  }
}

/** Certificates out of files, for whoever has no database. */
export function registryOfFiles(certificates: readonly Certificate[]): Registry<Registered> {
  const owners = certificates.map((certificate) => ({ certificate }))
  return {
    findCertificate: (fingerprint) =>
      Promise.resolve(owners.find(({ certificate }) => certificate.fingerprint === fingerprint) ?? null),
    listCertificates: () => Promise.resolve(owners),
  }
}

export const registryOfDatabase =
  ({ findCertificate, certificatesOf }: CertificateDirectory) =>
  (authorityId: string | null): Registry<Registered> => ({
    findCertificate,
    listCertificates: () => (authorityId === null ? Promise.resolve([]) : certificatesOf(authorityId)),
  })
