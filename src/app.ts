import Fastify, { type FastifyInstance } from 'fastify'
import {
  contractRoutes,
  createBytesInFlight,
  createMetrics,
  operationsRoutes,
  soapRoutes,
  type ExchangeContext,
} from './arrival/index.js'
import { createCertificateDirectory } from './certificate-directory.js'
import type { Clock } from './clock.js'
import type { Config } from './config/index.js'
import { loadSigner } from './keys/index.js'
import type { Log } from './log.js'
import { isReady } from './operations/index.js'
import type { Runtime } from './runtime.js'

export interface App {
  readonly http: FastifyInstance
  /** From now on `/health/ready` says no, so that a balancer sends no more requests; those in hand are finished. */
  drain(): void
}

/** Builds the gateway on an open runtime without listening; the only place that knows every room. */
export function buildApp(config: Config, { runtime, log, clock }: { runtime: Runtime; log: Log; clock: Clock }): App {
  const context = exchangeContext(config, runtime, log, clock)
  const inFlight = createBytesInFlight(config.maxBytesInFlight)
  const metrics = createMetrics(inFlight)
  const http = Fastify({
    logger: false,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    requestTimeout: config.requestTimeoutMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
  })
  let draining = false
  // A caller that keeps its connection would keep the process: it is told to open another one elsewhere.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) void reply.header('connection', 'close')
    done()
  })
  void http.register((scope, _options, done) => {
    soapRoutes(scope, { context, maxRequestBytes: config.maxRequestBytes, inFlight, metrics })
    done()
  })
  contractRoutes(http, { publicUrl: config.publicUrl })
  operationsRoutes(http, { metrics, isReady: async () => !draining && (await isReady(context)) })
  http.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('There is nothing at this address.\n'),
  )
  http.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const statusCode = error.statusCode ?? 500
    if (statusCode >= 500) log.error({ event: 'request.failed', err: error })
    return reply.code(statusCode).type('text/plain; charset=utf-8').send('The request could not be served.\n')
  })
  return { http, drain: () => void (draining = true) }
}

function exchangeContext(config: Config, { db, sealer, sandbox }: Runtime, log: Log, clock: Clock): ExchangeContext {
  const keyFile = config.signingKeyFile ?? sandbox?.signingKeyFile
  const certificateFile = config.signingCertificateFile ?? sandbox?.signingCertificateFile
  return {
    db,
    sealer,
    log,
    clock,
    policy: config,
    trust: config,
    findCertificate: createCertificateDirectory(db),
    signer: keyFile === undefined || certificateFile === undefined ? null : loadSigner(keyFile, certificateFile),
    responseSecurity: config.responseSecurity,
    // Until callers of the unsigned endpoint can prove who they are, it is for trying clients only.
    nonSigned: config.mode === 'sandbox' ? config.nonSigned : 'off',
    keepEvidence: config.evidence === 'on',
  }
}
