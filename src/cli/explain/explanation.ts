import type { Cause, LiveReport, VerificationReport } from '../../trust/index.js'
import { textOf, type ToldCause } from './texts.js'

/** What `explain` tells, in the shape that --json prints (docs/explain.md). */
export interface Explanation {
  readonly source:
    | { readonly file: string }
    | {
        readonly traceId: string
        readonly outcome: string
        readonly statusCode: number | null
        readonly statusText: string | null
      }
  /** of a file: whether its signature would be let in; of a stored request: whether it was accepted */
  readonly accepted: boolean
  readonly code: string | null
  /** the instant that the Timestamp and the certificate were judged against */
  readonly judgedAt: string
  /** nothing but the age of the Timestamp is wrong */
  readonly onlyFreshness: boolean
  readonly checks: VerificationReport['checks']
  readonly parts: NonNullable<VerificationReport['parts']>
  readonly cause: (Cause & ToldCause) | null
  readonly search: VerificationReport['search'] | null
  readonly canonical?: readonly CanonicalPart[]
}

export interface CanonicalPart {
  readonly element: string | null
  readonly id: string | null
  readonly sizeBytes: number
  readonly text: string
}

interface Judged {
  readonly source: Explanation['source']
  readonly accepted: boolean
  readonly code: string | null
  readonly judgedAt: Date
  readonly report: VerificationReport | null
  /** present when the parts are to be shown */
  readonly live?: LiveReport | null
}

export function explanationOf({ source, accepted, code, judgedAt, report, live }: Judged): Explanation {
  return {
    source,
    accepted,
    code,
    judgedAt: judgedAt.toISOString(),
    onlyFreshness: code === 'TIMESTAMP_EXPIRED' || code === 'TIMESTAMP_FUTURE',
    checks: report?.checks ?? [],
    parts: report?.parts ?? [],
    cause: causeOf(report),
    search: report?.search ?? null,
    ...(live && { canonical: canonicalParts(live) }),
  }
}

/** A cause with its words; a cause of a later version has its id for a title. */
export function causeOf(report: VerificationReport | null): Explanation['cause'] {
  const cause = report?.cause ?? null
  return cause === null ? null : { ...cause, ...(textOf(cause) ?? { title: cause.id, meaning: [], todo: [] }) }
}

function canonicalParts(report: LiveReport): CanonicalPart[] {
  return (report.whole().parts ?? []).flatMap(({ element, id }, i) => {
    const octets = report.canonicalOf(i)
    return octets === null ? [] : [{ element, id: id ?? null, sizeBytes: octets.length, text: octets.toString('utf8') }]
  })
}
