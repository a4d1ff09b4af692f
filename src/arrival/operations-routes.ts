import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.js'

export interface OperationsOptions {
  readonly metrics: Metrics
  /** whether a request could be served now */
  readonly isReady: () => Promise<boolean>
}

/** Health for supervisors, metrics for Prometheus; neither tells anything about people or configuration. */
export function operationsRoutes(app: FastifyInstance, { metrics, isReady }: OperationsOptions): void {
  app.get('/health/live', () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const ready = await isReady()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}
