import { encodeFault, encodeStatus, isErrorCode, statusFor, type ErrorCode } from '../contract/index.js'
import { GatewayError, SenderError } from '../errors.js'
import { recordRefusal } from '../operations/index.js'
import { TrustError } from '../trust/index.js'
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
  if (error instanceof LimitReached) exchange.notes = { limit: error.limit, reason: error.message }
  const status = statusFor(code, exchange.operation)
  // Named before it is recorded, so that the log has the id that the answer has.
  const exchangeId = status === null ? null : exchange.answeredExchangeId
  const kept = raw !== null && isKept(context, error, raw) ? raw : null
  await recordRefusal(context, exchange.submission({ code, status }), kept).catch((err: unknown) =>
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

/** Kept is what its sender has to mend: an explanation needs the bytes. Our own troubles are explained by the log. */
function isKept({ refusedEvidence, clock }: ExchangeContext, error: unknown, raw: Buffer): boolean {
  // A caller that comes too often would fill the room of those who have something to mend.
  if (error instanceof LimitReached) return false
  const isCallers = error instanceof GatewayError && codeOf(error) !== 'STORE_UNAVAILABLE'
  return isCallers && refusedEvidence.take(raw.length, clock.now())
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
