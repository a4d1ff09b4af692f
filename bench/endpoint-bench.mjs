import { join } from 'node:path'
import { benchFile, startChild } from './child.mjs'
import { startGateway } from './gateway.mjs'
import { sendAll } from './load.mjs'
import { postgresCpuMs } from './postgres-cpu.mjs'
import { progress } from './progress.mjs'
import { sizes } from './request.mjs'
import { cpuRatio, spread, summarize } from './stats.mjs'
import { isMemoryMeasured, profileName, warmUpSize } from './verify-bench.mjs'

/** Both servers over real sockets: the gateway with durable storage and a signed answer, the other with neither. */
export async function benchEndpoint(options, place) {
  const servers = [
    { handler: 'gateway', ...(await startGateway(place)) },
    { handler: 'plain', ...(await startPlain(place)) },
  ]
  const results = []
  for (const size of sizes) {
    const rounds = servers.map(() => [])
    progress(`endpoint with ${size.name}: warming up`)
    for (const server of servers) {
      const idle = await server.ask('idle')
      server.idle ??= idle
      await oneRound(server, warmUpSize(size), options.warmUpMs, place)
    }
    for (let round = 1; round <= options.endpointRounds; round++) {
      progress(`endpoint with ${size.name}: round ${round} of ${options.endpointRounds}`)
      for (const [i, server] of servers.entries()) rounds[i].push(await oneRound(server, size, options.roundMs, place))
    }
    for (const server of servers) server.loadPeakBytes = (await server.ask('peak')) - server.idle
    if (options.profile) {
      for (const server of servers) {
        await server.ask('profile')
        await oneRound(server, size, options.roundMs, place)
        await server.ask('profiled', { file: join(options.profile, profileName('endpoint', server.handler, size)) })
      }
    }
    const [gateway, plain] = servers.map(({ loadPeakBytes }, i) => ({ ...summarize(rounds[i]), loadPeakBytes }))
    const ratio = cpuRatio(rounds[1], rounds[0])
    results.push({
      size: size.name,
      bytes: place.bytesOf(size),
      concurrency: size.concurrency,
      gateway,
      plain,
      cpuRatio: ratio,
    })
  }
  for (const server of servers) await server.stop()
  await addMemory(options, place, results)
  return results
}

async function startPlain(place) {
  const child = startChild({
    file: benchFile('plain-server.mjs'),
    env: { BENCH_CERTIFICATE: place.certificateFile },
  })
  return { ...child, url: await child.ask('url') }
}

/** Requests are signed before the clock starts. */
async function oneRound({ handler, url, ask }, { name, most, concurrency }, ms, place) {
  const make = place.maker(name)
  // A request takes plain Fastify seconds at the largest size; what it cannot use in the time need not be made.
  const count = handler === 'plain' ? Math.ceil(most / 3) : most
  const requests = Array.from({ length: count }, make)
  await ask('gc')
  const before = [await ask('cpu'), handler === 'gateway' ? postgresCpuMs(place.dataDir) : null]
  const { durationsMs, elapsedMs } = await sendAll(url, requests, { concurrency, ms })
  const databaseCpuMs = before[1] === null ? null : postgresCpuMs(place.dataDir) - before[1]
  return { durationsMs, elapsedMs, cpuMs: (await ask('cpu')) - before[0], databaseCpuMs }
}

/** Peak above idle of one request, in a server freshly started that has served small ones only. */
async function addMemory(options, place, results) {
  const { memoryRuns } = options
  for (const [i, size] of sizes.entries()) {
    if (!isMemoryMeasured(options, size)) continue
    const peaks = { gateway: [], plain: [] }
    for (let run = 1; run <= memoryRuns; run++) {
      for (const handler of ['gateway', 'plain']) {
        progress(`memory of one ${size.name} request: ${handler}, run ${run} of ${memoryRuns}`)
        const server = await (handler === 'gateway' ? startGateway(place) : startPlain(place))
        const small = Array.from({ length: 20 }, place.maker(sizes[0].name))
        await sendAll(server.url, small, { concurrency: 1, ms: Infinity })
        const idle = await server.ask('idle')
        await sendAll(server.url, [place.maker(size.name)()], { concurrency: 1, ms: Infinity })
        peaks[handler].push((await server.ask('peak')) - idle)
        await server.stop()
      }
    }
    results[i].gateway.peakBytes = spread(peaks.gateway)
    results[i].plain.peakBytes = spread(peaks.plain)
  }
}
