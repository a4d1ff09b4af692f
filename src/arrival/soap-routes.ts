import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import { uuidv7 } from 'uuidv7'
import { peek } from '../contract/index.js'
import { INTERNAL_PATH, NON_SIGNED_PATH, SIGNED_PATH } from '../endpoint.js'
import { readBody } from './body.js'
import type { BytesInFlight } from './bytes-in-flight.js'
import { CallerGone, TooLarge } from './errors.js'
import { Exchange } from './exchange.js'
import { refuse, serve, type ExchangeContext, type HttpAnswer } from './serve.js'
import type { Metrics } from './metrics.js'

export interface SoapOptions {
  readonly context: ExchangeContext
  readonly maxRequestBytes: number
  readonly inFlight: BytesInFlight
  readonly metrics: Metrics
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Content-Type as the caller wrote it; Fastify itself sees one that it always accepts */
    soapContentType: string | null
  }
}

/** POST on both endpoints; wants a scope of its own, since it changes how bodies are taken. Any Content-Type or none is taken; what the bytes are, they say themselves (clients.md R11). */
export function soapRoutes(app: FastifyInstance, options: SoapOptions): void {
  app.decorateRequest('soapContentType', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.addHook('onRequest', (request, _reply, done) => {
    request.soapContentType = request.raw.headers['content-type'] ?? null
    request.raw.headers['content-type'] = 'application/octet-stream'
    done()
  })
  app.post(SIGNED_PATH, (request, reply) => answerSoap(request, reply, 'signed', options))
  for (const path of [NON_SIGNED_PATH, INTERNAL_PATH])
    app.post(path, (request, reply) => answerSoap(request, reply, 'non-signed', options))
}

async function answerSoap(
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: 'signed' | 'non-signed',
  options: SoapOptions,
): Promise<FastifyReply> {
  const { context, metrics } = options
  const startedAt = performance.now()
  const exchange = new Exchange({
    traceId: uuidv7(),
    receivedAt: context.clock.now(),
    endpoint,
    remoteAddress: addressOf(request.ip),
    soapAction: soapActionOf(request.headers['soapaction']),
  })
  void reply.header('x-trace-id', exchange.traceId)
  let answer: HttpAnswer
  try {
    answer = await receive(request, exchange, options)
  } catch (error) {
    if (!(error instanceof CallerGone)) throw error
    context.log.info({ event: 'request.abandoned', traceId: exchange.traceId, reason: error.code })
    return reply.hijack()
  }
  const durationMs = performance.now() - startedAt
  const code = answer.code ?? String(answer.statusCode)
  const { outcome } = answer
  const { operation, sizeBytes } = exchange
  metrics.observe({ operation, outcome, code, durationMs, sizeBytes })
  context.log.info({
    event: 'request.answered',
    traceId: exchange.traceId,
    operation,
    outcome,
    code,
    ...(exchange.service && { authorityId: exchange.service.authorityId, serviceId: exchange.service.id }),
    sizeBytes,
    durationMs: Math.round(durationMs * 10) / 10,
  })
  if (answer.httpStatus === 503) void reply.header('retry-after', '5')
  return reply
    .code(answer.httpStatus)
    .header('content-type', 'text/xml;charset=utf-8')
    .send(Buffer.from(answer.document))
}

async function receive(
  request: FastifyRequest,
  exchange: Exchange,
  { context, maxRequestBytes, inFlight }: SoapOptions,
): Promise<HttpAnswer> {
  let body: Awaited<ReturnType<typeof readBody>>
  try {
    body = await readBody((request.body as Readable | undefined) ?? request.raw, request.headers, {
      limitBytes: maxRequestBytes,
      inFlight,
    })
  } catch (error) {
    if (error instanceof CallerGone) throw error
    if (error instanceof TooLarge) {
      const guess = peek(error.head)
      exchange.operation = guess.operation
      exchange.exchangeId = guess.exchangeId
      exchange.sizeBytes = error.sizeBytes
    }
    return refuse(context, exchange, error)
  }
  try {
    exchange.sizeBytes = body.raw.length
    return await serve(context, exchange, body.raw, charsetOf(request.soapContentType))
  } finally {
    body.release()
  }
}

function charsetOf(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*"?([A-Za-z0-9._-]+)/i.exec(contentType ?? '')?.[1] ?? null
}

/** The header without its quotes; null when it says nothing. */
function soapActionOf(header: string | string[] | undefined): string | null {
  const action = String(header ?? '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
  return action === '' ? null : action
}

/** A trusted proxy may write anything into X-Forwarded-For; only an address is kept, without the zone of its network card. */
function addressOf(forwarded: string): string | null {
  const address = forwarded.replace(/%.*$/, '')
  return isIP(address) === 0 ? null : address
}
