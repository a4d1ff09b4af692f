import { Counter, Gauge, type Registry } from 'prom-client'
import type { Metrics } from './metrics.js'

/** Counts what the limits on callers and connections do. */
export function createLimitMetrics(
  registry: Registry,
): Pick<Metrics, 'limitReached' | 'slowCut' | 'brokenRequest' | 'connections'> {
  const registers = [registry]
  const limits = new Counter({
    name: 'asti_limit_reached_total',
    help: 'Requests refused, and connections not let in, because of a limit',
    labelNames: ['limit'],
    registers,
  })
  const slow = new Counter({
    name: 'asti_slow_cut_total',
    help: 'Connections cut because their caller was too slow: with headers, with a body, or taking an answer',
    labelNames: ['at'],
    registers,
  })
  const broken = new Counter({
    name: 'asti_broken_requests_total',
    help: 'Requests that did not become HTTP requests, by the bare status they were answered with',
    labelNames: ['status'],
    registers,
  })
  const open = new Gauge({ name: 'asti_open_connections', help: 'Connections open now', registers })
  return {
    limitReached: (limit) => limits.inc({ limit }),
    slowCut: (at) => slow.inc({ at }),
    brokenRequest: (status) => broken.inc({ status: String(status) }),
    connections: (change) => open.inc(change),
  }
}
