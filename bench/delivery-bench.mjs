import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway } from './gateway.mjs'
import { sendAll } from './load.mjs'
import { postgresCpuMs } from './postgres-cpu.mjs'
import { progress } from './progress.mjs'
import { countReady, fillQueue, holdQueue, letQueueGo, openQueue, pickUpDelays } from './queue.mjs'
import { percentile } from './stats.mjs'

/**
 * A queue of mailbox deliveries drained by one worker, and how soon a single letter is picked up. The worker is a process
 * of its own; another one takes requests and keeps the database.
 */
export async function benchDelivery({ queued, pickUps }, place) {
  const folder = join(place.dataDir, '..', 'delivery')
  mkdirSync(folder)
  const own = { dist: place.dist, dataDir: join(folder, 'data') }
  // Requests are signed with the keys of the place.
  for (const name of ['keys', 'demo']) cpSync(join(place.dataDir, name), join(own.dataDir, name), { recursive: true })
  const gateway = await startGateway(own, { ASTI_ROLE: 'gateway' })
  const queue = await openQueue(own)
  const env = { ASTI_ROLE: 'worker', DATABASE_URL: queue.url }
  progress(`delivery: queueing ${queued}`)
  await holdQueue(queue)
  await fillQueue(queue, queued)
  const worker = await startGateway({ ...own, log: join(folder, 'worker.log') }, env)
  const drained = await drain(worker, queue, { queued, dataDir: own.dataDir })
  progress('delivery: letters one by one, to a worker elsewhere')
  const elsewhere = await pickUp(gateway, queue, place, pickUps)
  await worker.stop()
  await queue.close()
  await gateway.stop()
  progress('delivery: letters one by one, to a worker in the same process')
  const both = await startGateway(own, { ASTI_ROLE: 'all' })
  const again = await openQueue(own)
  const inProcess = await pickUp(both, again, place, pickUps)
  await again.close()
  await both.stop()
  return {
    drained,
    pickUps: [
      { from: 'in process', ...inProcess },
      { from: 'bell from another process', ...elsewhere },
    ],
  }
}

async function drain(worker, queue, { queued, dataDir }) {
  const memory = [await worker.ask('idle')]
  const before = [await worker.ask('cpu'), postgresCpuMs(dataDir)]
  const startedAt = performance.now()
  await letQueueGo(queue)
  for (let left = queued, told = -1; left > 0; await sleep(200)) {
    left = await countReady(queue)
    if (memory.length === 1 && left < queued / 2) memory.push(await worker.ask('idle'))
    const percent = Math.floor((1 - left / queued) * 10) * 10
    if (percent !== told) progress(`delivery: ${(told = percent)} % of ${queued} delivered`)
  }
  const elapsedMs = performance.now() - startedAt
  const [cpu, databaseCpu] = [await worker.ask('cpu'), postgresCpuMs(dataDir)]
  const peakBytes = await worker.ask('peak')
  memory.push(await worker.ask('idle'))
  return {
    queued,
    perSecond: (queued / elapsedMs) * 1000,
    cpuMs: (cpu - before[0]) / queued,
    databaseCpuMs: databaseCpu === null ? null : (databaseCpu - before[1]) / queued,
    residentBytes: memory,
    peakBytes,
  }
}

/** From the commit that stored a letter to the attempt that begins, by the database's own clock. */
async function pickUp({ url }, queue, place, count) {
  const make = place.maker('5 KB')
  await sendAll(url, Array.from({ length: 20 }, make), { concurrency: 1, ms: Infinity })
  const since = await queue.now()
  await sendAll(url, Array.from({ length: count }, make), { concurrency: 1, ms: Infinity })
  for (let left = 1; left > 0; await sleep(20)) left = await countReady(queue)
  const delays = await pickUpDelays(queue, since)
  return { letters: delays.length, p50Ms: percentile(delays, 0.5), p99Ms: percentile(delays, 0.99) }
}
