/**
 * The HTTP edge: raw bytes within limits, a trace id for each, the pipeline from bytes to answer, the published
 * contract, health and metrics. Nothing is parsed before it is asked for, and every answer was recorded first.
 */
export { createBytesInFlight, type BytesInFlight } from './bytes-in-flight.js'
export { contractRoutes } from './contract-routes.js'
export type { ExchangeContext, Owner } from './serve.js'
export { createMetrics, type Metrics } from './metrics.js'
export { operationsRoutes } from './operations-routes.js'
export { soapRoutes } from './soap-routes.js'
