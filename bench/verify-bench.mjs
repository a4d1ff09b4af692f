import { join } from 'node:path'
import { benchFile, startChild } from './child.mjs'
import { progress } from './progress.mjs'
import { sizes } from './request.mjs'
import { cpuRatio, spread, summarize } from './stats.mjs'

export const handlers = ['ours', 'straightforward']

/** Verification alone: both handlers warm in a process each, measured in turns; memory in fresh processes. */
export async function benchVerification(options, place) {
  const results = []
  for (const size of sizes) {
    const start = (handler) =>
      startChild({
        file: benchFile('verify-child.mjs'),
        env: { BENCH_HANDLER: handler, BENCH_CERTIFICATE: place.certificateFile, BENCH_DIST: place.dist },
      })
    const children = handlers.map((handler) => ({ handler, child: start(handler), rounds: [] }))
    progress(`verification of ${size.name}: warming up`)
    const measured = place.requestFiles(size)
    const warmUp = place.requestFiles(warmUpSize(size), 20)
    for (const each of children) {
      await each.child.ask('load', { warmUp, measured })
      each.idle = await each.child.ask('idle')
      await each.child.ask('run', { pool: 'warmUp', ms: options.warmUpMs, least: options.warmUpLeast })
    }
    for (let round = 1; round <= options.rounds; round++) {
      progress(`verification of ${size.name}: round ${round} of ${options.rounds}`)
      for (const { child, rounds } of children)
        rounds.push(await child.ask('run', { pool: 'measured', ms: options.roundMs }))
    }
    for (const each of children) each.loadPeakBytes = (await each.child.ask('peak')) - each.idle
    if (options.profile) {
      for (const { handler, child } of children) {
        await child.ask('profile')
        await child.ask('run', { pool: 'measured', ms: options.roundMs })
        await child.ask('profiled', { file: join(options.profile, profileName('verify', handler, size)) })
      }
    }
    for (const { child } of children) await child.stop()
    const memory = isMemoryMeasured(options, size) ? await memoryOf(options, place, size, start) : null
    const [ours, straightforward] = children.map(({ handler, rounds, loadPeakBytes }) => ({
      ...summarize(rounds),
      loadPeakBytes,
      peakBytes: memory?.[handler],
    }))
    const ratio = cpuRatio(children[1].rounds, children[0].rounds)
    results.push({ size: size.name, bytes: place.bytesOf(size), ours, straightforward, cpuRatio: ratio })
  }
  return results
}

/** A large request warms up no more code than a middling one does, and takes seconds. */
export const warmUpSize = (size) => (size.bytes > sizes[1].bytes ? sizes[1] : size)

export const isMemoryMeasured = ({ memoryOfAll }, size) => memoryOfAll || size === sizes.at(-1)

export const profileName = (part, handler, size) => `${part}-${handler}-${size.name.replace(' ', '')}.cpuprofile`

/** Peak above idle while one request is read and handled, in a process that has handled small ones only. */
async function memoryOf({ memoryRuns }, place, size, start) {
  const peaks = Object.fromEntries(handlers.map((handler) => [handler, []]))
  for (let run = 1; run <= memoryRuns; run++) {
    for (const handler of handlers) {
      progress(`memory of ${size.name}: ${handler}, run ${run} of ${memoryRuns}`)
      const child = start(handler)
      await child.ask('load', { warmUp: place.requestFiles(sizes[0], 20), measured: [] })
      await child.ask('run', { pool: 'warmUp', ms: 100 })
      const [file] = place.requestFiles(size, 1)
      const idle = await child.ask('idle')
      await child.ask('once', { file })
      peaks[handler].push((await child.ask('peak')) - idle)
      await child.stop()
    }
  }
  return Object.fromEntries(handlers.map((handler) => [handler, spread(peaks[handler])]))
}
