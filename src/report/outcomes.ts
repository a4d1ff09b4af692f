import type { Outcome } from '../delivery/index.js'
import { AnswerTooLarge } from './post.js'
import { TargetForbidden } from './guard.js'
import type { Called } from './target.js'

const HOUR_MS = 60 * 60 * 1_000

/**
 * A refusal is no verdict of a judge: a receiver that was set up wrongly refuses everything for a morning. So it is
 * asked a few times more, slowly, and then an operator has to look (paluukanava.md §4).
 */
const REFUSALS = { times: 3, pauseMs: 6 * HOUR_MS } as const

/**
 * What a call's answer means for a delivery.
 * @param refusedBefore  attempts of this delivery that ended in a refusal
 */
export function outcomeOf(called: Called, refusedBefore: number): Outcome {
  const { kind, code, wireCode, httpStatus, retryAfterMs } = called
  const detail = { httpStatus, ...(wireCode !== null && { wireCode }) }
  if (kind === 'taken') return { kind: 'delivered', detail }
  if (kind === 'unclear') return { kind: 'unreachable', code, detail, ...(retryAfterMs !== null && { retryAfterMs }) }
  const isLast = refusedBefore + 1 >= REFUSALS.times
  return { kind: 'refused', code, detail, ...(!isLast && { retryAfterMs: REFUSALS.pauseMs }) }
}

/** What a call that brought no answer means; null for what is no matter of the target. */
export function outcomeOfError(error: unknown): Outcome | null {
  if (error instanceof TargetForbidden)
    return { kind: 'refused', code: error.code, ...(error.reason !== null && { detail: { reason: error.reason } }) }
  if (error instanceof AnswerTooLarge) return { kind: 'unreachable', code: error.code }
  const reason = reasonOf(error)
  if (reason === null) return null
  const isTls = /CERT|ISSUER|SIGNATURE|ALTNAME|^ERR_SSL|^ERR_TLS|^EPROTO$/.test(reason)
  return { kind: 'unreachable', code: isTls ? 'TLS_FAILED' : 'CONNECTION_FAILED', detail: { reason } }
}

/** Errors of sockets, names and TLS carry a word; several addresses in vain carry their own errors. */
function reasonOf(error: unknown): string | null {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: readonly unknown[] }
  if (
    typeof code === 'string' &&
    /^(E[A-Z]+|ERR_(SSL|TLS)\w*|HPE_\w+|[A-Z_]*(CERT|SIGNATURE|ISSUER|CRL)[A-Z_]*)$/.test(code)
  )
    return code
  return errors === undefined ? null : (errors.map(reasonOf).find((reason) => reason !== null) ?? null)
}
