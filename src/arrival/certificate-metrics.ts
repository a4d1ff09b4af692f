import { Counter, Gauge, type Registry } from 'prom-client'

/** One certificate in one role. */
interface Reading {
  readonly kind: string
  readonly authorityId: string | null
  readonly serviceId: string | null
  readonly fingerprint: string
  readonly notAfter: Date
  readonly status: { readonly state: string; readonly source: string } | null
}

/** Where the figures about certificates come from; asked when somebody reads the metrics. */
export interface CertificateFigures {
  readings(): Promise<readonly Reading[]>
  /** looks at chain and revocation by this process, by result */
  readonly checks: { readonly counts: ReadonlyMap<string, number> }
}

const FINGERPRINT_DIGITS = 16

/** Tells when certificates end and what is known of the registered ones. */
export function addCertificateMetrics(registry: Registry, figures: CertificateFigures): void {
  const about = ['authority', 'service', 'fingerprint'] as const
  const registers = [registry]
  const labelsOf = ({ authorityId, serviceId, fingerprint }: Reading) => ({
    authority: authorityId ?? '',
    service: serviceId ?? '',
    fingerprint: fingerprint.slice(0, FINGERPRINT_DIGITS),
  })
  // Both gauges are read at the same moment: one look serves them.
  let pending: ReturnType<CertificateFigures['readings']> | null = null
  const read = () => (pending ??= figures.readings().finally(() => (pending = null)))
  new Gauge({
    name: 'asti_certificate_expires_timestamp_seconds',
    help: 'When a certificate ends, Unix time: registered ones, our own for signing and TLS, and the CAs',
    labelNames: ['kind', ...about],
    registers,
    async collect() {
      const readings = await read()
      this.reset()
      for (const one of readings) this.set({ kind: one.kind, ...labelsOf(one) }, one.notAfter.getTime() / 1000)
    },
  })
  new Gauge({
    name: 'asti_certificate_status',
    help: 'What the last look at a registered certificate found: 1 for its state and what said so',
    labelNames: [...about, 'state', 'source'],
    registers,
    async collect() {
      const readings = await read()
      this.reset()
      for (const one of readings)
        if (one.status !== null) this.set({ ...labelsOf(one), state: one.status.state, source: one.status.source }, 1)
    },
  })
  new Counter({
    name: 'asti_certificate_checks_total',
    help: 'Looks at chain and revocation of registered certificates by this process, by result',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset()
      for (const [result, count] of figures.checks.counts) this.inc({ result }, count)
    },
  })
}
