import { performance } from 'node:perf_hooks'

/** Does something again and again for `ms`, and at least `least` times: on a busy machine a time alone warms nothing up. */
export async function meter(act, { ms, least = 1 }) {
  globalThis.gc()
  const durationsMs = []
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let i = 0, at = start; i < least || at - start < ms; i++) {
    await act(i)
    const now = performance.now()
    durationsMs.push(now - at)
    at = now
  }
  const elapsedMs = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { durationsMs, elapsedMs, cpuMs: (user + system) / 1000 }
}
