import type { FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeFault, peek } from '../contract/index.js'
import { charsetOf } from '../trust/index.js'
import { callerOf } from './addresses.js'
import { discardBody, readBody } from './body.js'
import type { Connections } from './connections.js'
import type { ExchangeContext, HttpAnswer } from './context.js'
import { CallerGone, LimitReached, Unfinished } from './errors.js'
import type { Exchange } from './exchange.js'
import type { EarlyRefusal, Limits } from './limits.js'
import type { Metrics } from './metrics.js'
import type { Patience } from './patience.js'
import { refuse } from './refuse.js'
import { serve } from './serve.js'

/** A caller over its rate waits for being told so again: whoever does not read answers is held up by them at least. */
const PENALTY_MS = 1_000

export interface ReceiveOptions {
  readonly context: ExchangeContext
  readonly limits: Limits
  readonly connections: Connections
  readonly metrics: Metrics
}

/** Counts a request against the limits of its caller, before anything of it is read; null when it may go on. */
export async function admit(
  { raw: { socket }, ip }: FastifyRequest,
  traceId: string,
  { limits, connections }: ReceiveOptions,
): Promise<EarlyRefusal | null> {
  if (!connections.isCrowded(socket)) return limits.perAddress.take(callerOf(ip), traceId)
  // One refusal, one row: what follows on this connection is not even looked at.
  connections.giveUp(socket)
  const error = new LimitReached('OVERLOADED', 'Too many requests of one connection are in hand', {
    limit: 'requests-per-connection',
  })
  return { error, traceId, isRecorded: true, closes: true }
}

/**
 * Takes a request's bytes in, within all bounds, and has them served; or reads those of a refused one and forgets them.
 * @throws CallerGone
 */
export async function receive(
  request: FastifyRequest,
  exchange: Exchange,
  { early, patience, context, limits, metrics }: ReceiveOptions & { early: EarlyRefusal | null; patience: Patience },
): Promise<HttpAnswer> {
  const payload = (request.body as Readable | undefined) ?? request.raw
  const caller = callerOf(request.ip)
  const mayDiscard = (): (() => void) | null => limits.discards.begin(caller)
  const bounds = { limitBytes: limits.maxRequestBytes, patience, mayDiscard }
  if (early !== null) {
    if (!early.closes) await discardBody(payload, bounds)
    return early.isRecorded ? refuse(context, exchange, early.error) : refuseLater(early)
  }
  const held = limits.inFlight.hold(caller)
  try {
    const raw = await readBody(payload, request.headers, { ...bounds, held })
    exchange.sizeBytes = raw.length
    const charset = (exchange.charset = charsetOf(request.soapContentType))
    const { result, costMs } = await limits.turns.run(caller, () => serve(context, exchange, raw, charset))
    if (isCallersFault(result)) await limits.perAddress.charge(caller, costMs)
    return result
  } catch (error) {
    if (error instanceof CallerGone) throw error
    if (error instanceof LimitReached) {
      metrics.limitReached(error.limit)
      const refusal = limits.perAddress.note(caller, error, exchange.traceId)
      if (!refusal.isRecorded) return await refuseLater(refusal)
    }
    if (error instanceof Unfinished) learnFrom(exchange, error)
    if (patience.ranOut) metrics.slowCut('body')
    return await refuse(context, exchange, error)
  } finally {
    held.release()
  }
}

/** Refused for what it is, not for what the service decided about it or for want of room. */
const isCallersFault = ({ code, retryAfterSeconds }: HttpAnswer): boolean =>
  code !== null && retryAfterSeconds === undefined && code !== 'STORE_UNAVAILABLE' && code !== 'INTERNAL'

/** The same refusal as the one of this window that has a row, after a while. */
async function refuseLater({ error, traceId }: EarlyRefusal): Promise<HttpAnswer> {
  await sleep(PENALTY_MS)
  return {
    httpStatus: 503,
    document: encodeFault(error.code, traceId),
    outcome: 'refused',
    code: error.code,
    statusCode: null,
    traceId,
    retryAfterSeconds: error.retryAfterSeconds,
  }
}

function learnFrom(exchange: Exchange, { head, sizeBytes }: Unfinished): void {
  const guess = peek(head, exchange.contract)
  exchange.operation = guess.operation
  exchange.exchangeId = guess.exchangeId
  exchange.sizeBytes = sizeBytes
}
