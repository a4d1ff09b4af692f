import { ContractError, encodeFault, encodeStatus, isErrorCode, statusFor, type ErrorCode } from '../contract/index.js'
import { GatewayError, SenderError } from '../errors.js'
import { hideIdentityCodes } from '../log.js'
import { recordRefusal, type Submission } from '../operations/index.js'
import { causeOfUnreadable, TrustError, type VerificationReport } from '../trust/index.js'
import type { ExchangeContext, HttpAnswer } from './context.js'
import { LimitReached } from './errors.js'
import type { Exchange } from './exchange.js'
import { writeAnswer } from './write-answer.js'

/**
 * Answers a request that was not accepted, after writing its row of the message log.
 * @param raw  bytes as received, kept sealed for a while if the budget allows; null when there are none
 */
export async function refuse(
  context: ExchangeContext,
  exchange: Exchange,
  error: unknown,
  raw: Buffer | null = null,
): Promise<HttpAnswer> {
  const code = codeOf(error)
  if (code === 'INTERNAL') context.log.error({ event: 'request.failed', traceId: exchange.traceId, err: error })
  if (error instanceof TrustError) learnFrom(exchange, error)
  else if (error instanceof SenderError) exchange.notes = { reason: error.message }
  if (raw !== null && exchange.report === null) exchange.report = readingReport(raw, error, code)
  if (error instanceof LimitReached) exchange.notes = { limit: error.limit, reason: error.message }
  const status = statusFor(code, exchange.operation, error instanceof ContractError ? error.detailFi : null)
  // Named before it is recorded, so that the log has the id that the answer has.
  const exchangeId = status === null ? null : exchange.answeredExchangeId
  const kept = raw !== null && isKept(context, error, raw) ? raw : null
  await recordRefusal(context, withoutCodes(exchange.submission({ code, status })), kept).catch((err: unknown) =>
    context.log.error({ event: 'request.not-recorded', traceId: exchange.traceId, code, err }),
  )
  if (status === null || exchangeId === null || exchange.operation === null) {
    return {
      httpStatus: error instanceof LimitReached ? 503 : 500,
      document: encodeFault(code, exchange.traceId),
      outcome: 'refused',
      code,
      statusCode: null,
      ...(error instanceof LimitReached && { retryAfterSeconds: error.retryAfterSeconds }),
    }
  }
  const document = encodeStatus(exchange.operation, { status, exchangeId, traceId: exchange.traceId })
  return {
    httpStatus: 200,
    document: writeAnswer(context, exchange, document),
    outcome: 'refused',
    code,
    statusCode: status.code,
  }
}

/** What PostgreSQL's jsonb takes in no form, and refuses with the whole row. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu

/**
 * Reports quote ids and names that the caller has chosen. Nobody has a reason to put an identity code there; should one
 * stand there, the log does not show it.
 */
function withoutCodes(submission: Submission): Submission {
  // Text by text: in JSON an escape like \n would stand before a code like a letter of a longer word.
  const cleanText = (_name: string, value: unknown): unknown =>
    typeof value === 'string' ? hideIdentityCodes(value.replace(UNSTORABLE, '\ufffd')) : value
  const clean = (value: object | null): object | null =>
    value === null ? null : (JSON.parse(JSON.stringify(value), cleanText) as object)
  return { ...submission, report: clean(submission.report), notes: clean(submission.notes) }
}

/** Kept is what its sender has to mend: an explanation needs the bytes. Our own troubles are explained by the log. */
function isKept({ refusedEvidence, clock }: ExchangeContext, error: unknown, raw: Buffer): boolean {
  // A caller that comes too often would fill the room of those who have something to mend.
  if (error instanceof LimitReached) return false
  const isCallers = error instanceof GatewayError && codeOf(error) !== 'STORE_UNAVAILABLE'
  return isCallers && refusedEvidence.take(raw.length, clock.now())
}

/** For a request that could not be read as an envelope: the check that failed, and what its bytes show of the cause. */
function readingReport(raw: Buffer, error: unknown, code: ErrorCode): VerificationReport | null {
  if (!(error instanceof SenderError) || !/^(XML|SOAP)_/.test(code)) return null
  const cause = causeOfUnreadable(raw, error)
  const check = { check: 'reading', passed: false, facts: { code, reason: error.message } }
  return { checks: [check], ...(cause !== null && { cause }) }
}

function learnFrom(exchange: Exchange, error: TrustError): void {
  exchange.report = error.report
  for (const { facts } of error.report?.checks ?? []) {
    if (typeof facts['fingerprint'] === 'string') exchange.fingerprint = facts['fingerprint']
    if (typeof facts['signatureAlgorithm'] === 'string' && typeof facts['digestAlgorithm'] === 'string') {
      exchange.algorithms = {
        signatureAlgorithm: facts['signatureAlgorithm'],
        digestAlgorithm: facts['digestAlgorithm'],
      }
    }
  }
}

function codeOf(error: unknown): ErrorCode {
  const code: string = error instanceof GatewayError ? String(error.code) : ''
  return isErrorCode(code) ? code : 'INTERNAL'
}
