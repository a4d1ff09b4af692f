/**
 * The HTTP edge: raw bytes within limits, a trace id for each, the pipeline from bytes to answer, the published
 * contract, health and metrics. Nothing is parsed before it is asked for, and every answer was recorded first.
 */
export { createBytesInFlight, type BytesInFlight } from './bytes-in-flight.js'
export { clientCertificateOf, trustedPeers } from './client-certificate.js'
export { createConnections, type Connections } from './connections.js'
export { contractRoutes } from './contract-routes.js'
export { createLimits, type Limits } from './limits.js'
export type { ExchangeContext, Owner } from './context.js'
export { createCopies } from './copies.js'
export { createEvidenceBudget } from './evidence-budget.js'
export { watchOldAlgorithms } from './old-algorithms.js'
export { MAILBOX_PATH, mailboxRoutes, type MailboxOptions } from './mailbox-routes.js'
export { createMetrics, type Metrics } from './metrics.js'
export { operationsRoutes } from './operations-routes.js'
export { plainAnswers } from './plain-answers.js'
export { watchForwarding } from './proxies.js'
export { soapRoutes } from './soap-routes.js'
