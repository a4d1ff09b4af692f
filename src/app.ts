import type { ServerOptions } from 'node:http'
import type { Server as TlsServer, ServerOptions as TlsServerOptions } from 'node:https'
import Fastify, { type FastifyInstance } from 'fastify'
import {
  clientCertificateOf,
  contractRoutes,
  createBytesInFlight,
  createConnections,
  createCopies,
  createEvidenceBudget,
  createLimits,
  createMetrics,
  MAILBOX_PATH,
  mailboxRoutes,
  operationsRoutes,
  plainAnswers,
  receiverRoutes,
  soapRoutes,
  trustedPeers,
  watchForwarding,
  watchOldAlgorithms,
  type Connections,
  type ExchangeContext,
  type Limits,
} from './arrival/index.js'
import {
  createCertificateDirectory,
  createCertificateWatch,
  type CertificateWatch,
  type OwnCertificate,
} from './certificates/index.js'
import type { Clock } from './clock.js'
import type { Config } from './config/index.js'
import { buildDelivery, queueFigures, type Delivering } from './delivering.js'
import { keySourcesOf, mailboxTokenOf } from './key-sources.js'
import { createKeyRing, type KeyRing } from './keys/index.js'
import type { Log } from './log.js'
import { isReady } from './operations/index.js'
import { createReceiver } from './receiver/index.js'
import type { Runtime } from './runtime.js'
import { submissions } from './store/index.js'
import { readCertificate, type Signer } from './trust/index.js'

export interface App {
  readonly http: FastifyInstance
  /** From now on `/health/ready` says no, so that a balancer sends no more requests; those in hand are finished. */
  drain(): void
  /** Reads the files of signing and TLS keys again, now. */
  reloadKeys(): void
  /** Delivers what was taken, once it is started. */
  readonly delivering: Delivering
  /** Looks at certificates in the background, once it is started. */
  readonly certificates: CertificateWatch
}

/** Builds the gateway on an open runtime without listening; the only place that knows every room. */
export function buildApp(config: Config, { runtime, log, clock }: { runtime: Runtime; log: Log; clock: Clock }): App {
  const keys = createKeyRing(keySourcesOf(config, runtime.sandbox), {
    log,
    tlsMinVersion: config.tlsMinVersion,
    // Connections that are open keep what they began with; new ones get the new certificate.
    onTlsChange: (secure) => (http.server as unknown as TlsServer).setSecureContext(secure),
  })
  const isTrusted = trustedPeers(config.trustedProxies)
  const inFlight = createBytesInFlight(config)
  const { db } = runtime
  const certificates = createCertificateWatch(config, { db, log, clock, own: () => ownCertificates(keys) })
  const metrics = createMetrics(inFlight, certificates, queueFigures(db))
  const delivering = buildDelivery(config, { runtime, log, clock, keys, metrics: metrics.delivery })
  const connections = createConnections(config, { isTrusted, metrics, log })
  const noteRefusals = (id: string, count: number): Promise<void> =>
    submissions.addNotes(runtime.db, id, { furtherRefusals: count })
  const limits = createLimits(config, { inFlight, metrics, log, noteRefusals })
  const context = exchangeContext(config, { runtime, log, clock, keys, limits, ring: () => delivering.bell.ring() })
  const http = Fastify({
    logger: false,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    requestTimeout: connections.serverOptions.requestTimeout ?? 0,
    keepAliveTimeout: config.keepAliveTimeoutMs,
    clientErrorHandler: connections.refuseBroken,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // What a schema does not know is refused, and nothing is read as another type than it has.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
    ...serverOf(config, keys, connections),
  })
  connections.guard(http.server)
  watchForwarding(http, { isTrusted, log, clock })
  // A worker takes no requests: what it has no routes for cannot be asked of it.
  const takesRequests = config.role !== 'worker'
  plainAnswers(http, { connections, takesRequests })
  keys.watch(config.keyCheckIntervalMs)
  http.addHook('onClose', () => keys.close())
  http.addHook('onClose', () => limits.close())
  const certificateSources = { header: config.clientCertificateHeader, trusted: isTrusted }
  let draining = false
  // A caller that keeps its connection would keep the process: it is told to open another one elsewhere.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) void reply.header('connection', 'close')
    connections.watchAnswer(reply.raw)
    done()
  })
  if (takesRequests) {
    void http.register((scope, _options, done) => {
      soapRoutes(scope, {
        context,
        limits,
        connections,
        metrics,
        clientCertificateOf: (request) => clientCertificateOf(request, certificateSources),
      })
      done()
    })
    const mailboxToken = mailboxTokenOf(config, runtime.sandbox)
    if (mailboxToken !== null) {
      const options = { context, limits, metrics, token: mailboxToken }
      void http.register((scope, _options, done) => (mailboxRoutes(scope, options), done()), { prefix: MAILBOX_PATH })
    }
    contractRoutes(http, { publicUrl: config.publicUrl })
  }
  if (takesRequests && runtime.sandbox !== null) {
    const signers = (): Signer[] => [keys.signer('current'), keys.signer('next')]
    const receiver = createReceiver({ signers, clock })
    void http.register((scope, _options, done) => {
      receiverRoutes(scope, receiver)
      done()
    })
  }
  operationsRoutes(http, { metrics, isReady: async () => !draining && (await isReady(context)) })
  http.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const statusCode = error.statusCode ?? 500
    if (statusCode >= 500) log.error({ event: 'request.failed', err: error })
    return reply.code(statusCode).type('text/plain; charset=utf-8').send('The request could not be served.\n')
  })
  return { http, drain: () => void (draining = true), reloadKeys: () => keys.reload(), delivering, certificates }
}

/** What we sign and serve with ourselves, as it is at the moment. */
function ownCertificates(keys: KeyRing): OwnCertificate[] {
  const signing = [...new Set([keys.signer('current'), keys.signer('next')])]
  const tls = keys.secureContext()
  return [
    ...signing.map((signer) => ({ kind: 'signing' as const, certificate: readCertificate(signer.certificate) })),
    ...(tls === null ? [] : [{ kind: 'tls' as const, certificate: readCertificate(tls.cert) }]),
  ]
}

/** Client certificates are asked for, not judged: who a certificate stands for is decided by its fingerprint. */
function serverOf(
  config: Config,
  keys: KeyRing,
  { serverOptions }: Connections,
): { http: ServerOptions } | { https: TlsServerOptions } {
  const secure = keys.secureContext()
  if (secure === null) return { http: serverOptions }
  return {
    https: {
      ...serverOptions,
      ...secure,
      requestCert: config.tlsClientCertificates === 'asked',
      rejectUnauthorized: false,
      handshakeTimeout: config.idleTimeoutMs,
    },
  }
}

interface Parts {
  readonly runtime: Runtime
  readonly log: Log
  readonly clock: Clock
  readonly keys: KeyRing
  readonly limits: Limits
  readonly ring: () => void
}

function exchangeContext(
  config: Config,
  { runtime: { db, sealer, canSign }, log, clock, keys, limits, ring }: Parts,
): ExchangeContext {
  const directory = createCertificateDirectory(db, { usesStatus: config.caFiles !== undefined })
  return {
    db,
    sealer,
    canSign,
    log,
    clock,
    policy: config,
    ring,
    trust: config,
    findCertificate: directory.findCertificate,
    certificatesOf: directory.certificatesOf,
    signer: keys.signer,
    responseSecurity: config.responseSecurity,
    perService: limits.perService,
    nonSigned: config.nonSigned,
    oldAlgorithms: watchOldAlgorithms(log, clock),
    copies: createCopies(),
    keepEvidence: config.evidence === 'on',
    refusedEvidence: createEvidenceBudget({
      maxBytes: config.refusedEvidenceMaxBytes,
      perHourBytes: config.refusedEvidencePerHourBytes,
    }),
  }
}
