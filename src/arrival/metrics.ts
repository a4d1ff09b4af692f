import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { BytesInFlight } from './bytes-in-flight.js'
import { addCertificateMetrics, type CertificateFigures } from './certificate-metrics.js'
import type { Limit } from './errors.js'
import { createDeliveryMetrics, type DeliveryCounts, type QueueFigures } from './delivery-metrics.js'
import { createLimitMetrics } from './limit-metrics.js'
import { createMailboxMetrics, type MailboxRequest } from './mailbox-metrics.js'

/** What the gateway counts about requests, in Prometheus' text format. */
export interface Metrics {
  observe(request: {
    operation: string | null
    outcome: 'accepted' | 'refused' | 'repeated'
    usesSha1: boolean
    code: string | null
    durationMs: number
    sizeBytes: number
  }): void
  /** somebody was refused, or not let in, because of a limit */
  limitReached(limit: Limit): void
  /** a connection whose caller was too slow was cut: with its headers, its body, or taking its answer */
  slowCut(at: 'headers' | 'body' | 'answer'): void
  /** something that is no HTTP, or not yet, was answered with a bare status */
  brokenRequest(status: number): void
  /** one more connection is open, or one less */
  connections(change: 1 | -1): void
  mailbox(request: MailboxRequest): void
  readonly delivery: DeliveryCounts
  readonly contentType: string
  text(): Promise<string>
}

export function createMetrics(inFlight: BytesInFlight, certificates: CertificateFigures, queue: QueueFigures): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addCertificateMetrics(registry, certificates)
  const requests = new Counter({
    name: 'asti_requests_total',
    help: 'SOAP requests answered, by operation, outcome and code (our error code, or the status code of the answer)',
    labelNames: ['operation', 'outcome', 'code'],
    registers: [registry],
  })
  const sha1 = new Counter({
    name: 'asti_sha1_requests_total',
    help: 'Verified SOAP requests whose signature or digests were made with SHA-1',
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'asti_request_duration_seconds',
    help: 'Time from the first byte of a SOAP request to its answer, seconds',
    labelNames: ['operation'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const size = new Histogram({
    name: 'asti_request_size_bytes',
    help: 'Size of SOAP requests, bytes',
    buckets: [4096, 65_536, 1_048_576, 4_194_304, 16_777_216],
    registers: [registry],
  })
  new Gauge({
    name: 'asti_request_bytes_in_flight',
    help: 'Request bytes in memory now',
    registers: [registry],
    collect() {
      this.set(inFlight.bytes)
    },
  })
  return {
    observe: ({ operation, outcome, usesSha1, code, durationMs, sizeBytes }) => {
      if (usesSha1) sha1.inc()
      requests.inc({ operation: operation ?? 'unknown', outcome, code: code ?? 'none' })
      duration.observe({ operation: operation ?? 'unknown' }, durationMs / 1000)
      size.observe(sizeBytes)
    },
    ...createLimitMetrics(registry),
    ...createMailboxMetrics(registry),
    delivery: createDeliveryMetrics(registry, queue),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}
