import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { uuidv7 } from 'uuidv7'
import { INTERNAL_PATH, JOINING_PATH, NON_SIGNED_PATH, SIGNED_PATH } from '../endpoint.js'
import { addressOf } from './addresses.js'
import { CallerGone } from './errors.js'
import { Exchange, type Endpoint } from './exchange.js'
import type { HttpAnswer } from './context.js'
import { admit, receive, type ReceiveOptions } from './receive.js'

export interface SoapOptions extends ReceiveOptions {
  /** SHA-256 of the caller's TLS certificate, lower-case hex */
  readonly clientCertificateOf: (request: FastifyRequest) => string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Content-Type as the caller wrote it; Fastify itself sees one that it always accepts */
    soapContentType: string | null
  }
}

/** POST on every endpoint; wants a scope of its own, since it changes how bodies are taken. Any Content-Type or none is taken; what the bytes are, they say themselves (clients.md R11). */
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
  app.post(JOINING_PATH, (request, reply) => answerSoap(request, reply, 'joining', options))
}

async function answerSoap(
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: Endpoint,
  options: SoapOptions,
): Promise<FastifyReply> {
  const { context, metrics, limits } = options
  const startedAt = performance.now()
  const patience = limits.patience()
  const ownId = uuidv7()
  const early = await admit(request, ownId, options)
  const exchange = new Exchange({
    traceId: early?.traceId ?? ownId,
    receivedAt: context.clock.now(),
    endpoint,
    connection: {
      // A trusted proxy may write anything into X-Forwarded-For; only an address is kept.
      address: addressOf(request.ip),
      clientCertificate: options.clientCertificateOf(request),
      apiKey: apiKeyOf(request.headers['x-api-key']),
    },
    soapAction: soapActionOf(request.headers['soapaction']),
  })
  void reply.header('x-trace-id', exchange.traceId)
  let answer: HttpAnswer
  try {
    answer = await receive(request, exchange, { ...options, early, patience })
  } catch (error) {
    if (!(error instanceof CallerGone)) throw error
    context.log.info({ event: 'request.abandoned', traceId: exchange.traceId, reason: error.code })
    return reply.hijack()
  }
  const durationMs = performance.now() - startedAt
  const code = answer.code ?? String(answer.statusCode)
  const { outcome } = answer
  const { operation, sizeBytes, usesSha1 } = exchange
  metrics.observe({ operation, outcome, usesSha1, code, durationMs, sizeBytes })
  context.log[early?.isRecorded === false ? 'debug' : 'info']({
    event: 'request.answered',
    traceId: exchange.traceId,
    operation,
    outcome,
    code,
    ...(exchange.service && { authorityId: exchange.service.authorityId, serviceId: exchange.service.id }),
    sizeBytes,
    durationMs: Math.round(durationMs * 10) / 10,
  })
  if (answer.traceId !== undefined) void reply.header('x-trace-id', answer.traceId)
  if (answer.retryAfterSeconds !== undefined) void reply.header('retry-after', String(answer.retryAfterSeconds))
  // What is still to come of this request would be taken for the next one.
  if (patience.ranOut || patience.leavesRest || early?.closes === true) void reply.header('connection', 'close')
  return reply
    .code(answer.httpStatus)
    .header('content-type', 'text/xml;charset=utf-8')
    .send(Buffer.from(answer.document))
}

/** The header without its quotes; null when it says nothing. */
function soapActionOf(header: string | string[] | undefined): string | null {
  const action = String(header ?? '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
  return action === '' ? null : action
}

/** No header, an empty one, or a key given twice prove nothing. */
const apiKeyOf = (header: string | string[] | undefined): string | null =>
  typeof header === 'string' && header !== '' ? header : null
