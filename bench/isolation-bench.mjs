import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { attacks } from './attacks.mjs'
import { benchFile, startChild } from './child.mjs'
import { floods } from './floods.mjs'
import { startGateway } from './gateway.mjs'
import { progress } from './progress.mjs'
import { requestMaker } from './request.mjs'
import { percentile } from './stats.mjs'

const EVERY_MS = 50
/** The flood is at full strength when measuring begins, and over when the next one does. */
const BEFORE_MS = 1_000
const AFTER_MS = 1_500

/** An honest caller's waiting times alone and beside each flood, with the limits on callers that production has. */
export async function benchIsolation(options, place) {
  const settings = await productionLimits(place)
  const gateway = await startGateway(place, settings)
  const env = { BENCH_KEY: place.keyFile, BENCH_CERTIFICATE: place.certificateFile }
  const honest = startChild({ file: benchFile('honest-child.mjs'), env })
  const flooder = startChild({ file: benchFile('flood-child.mjs') })
  const measure = async () => {
    const [before, startedAt] = [await gateway.ask('cpu'), performance.now()]
    const { durationsMs, refused } = await honest.ask('measure', {
      url: gateway.url,
      ms: options.attackMs,
      everyMs: EVERY_MS,
    })
    const cpuShare = ((await gateway.ask('cpu')) - before) / (performance.now() - startedAt)
    return { p50Ms: percentile(durationsMs, 0.5), p99Ms: percentile(durationsMs, 0.99), cpuShare, refused }
  }
  progress('isolation: warming up')
  await measure()
  const results = []
  const wanted = floods.filter(options.isWanted)
  for (const [i, { name, attack, kind, connections, exhausted }] of wanted.entries()) {
    // Filling a minute's requests takes longer than all the rest of a quick run.
    if (exhausted && options.quick) continue
    progress(`isolation: ${i + 1} of ${wanted.length}, alone, then ${name}`)
    const alone = await measure()
    // An address for each, so that none begins with what another has used up.
    const localAddress = `127.0.0.${i + 2}`
    if (exhausted)
      await flooder.ask('exhaust', {
        url: gateway.url,
        localAddress,
        most: Number(settings.ASTI_REQUESTS_PER_MINUTE_PER_ADDRESS) + 100,
      })
    const file = place.keep(bytesOf(attack, place))
    await flooder.ask('start', { url: gateway.url, localAddress, kind, connections, file })
    await sleep(BEFORE_MS)
    const attacked = await measure()
    const floodAnswers = await flooder.ask('stop')
    place.forget(file)
    results.push({ name, alone, attacked, floodAnswers, ratio: attacked.p99Ms / alone.p99Ms })
    await sleep(AFTER_MS)
  }
  for (const child of [flooder, honest, gateway]) await child.stop()
  return { settings, results }
}

const bytesOf = (name, { identity }) =>
  name === undefined
    ? requestMaker(identity, 20_000_000)()
    : attacks.find((attack) => attack.name === name).make(identity)

/** The sandbox has some limits open; here every one is as in production. */
async function productionLimits({ dist }) {
  const { limits } = await import(pathToFileURL(join(dist, 'config', 'settings', 'limits.js')).href)
  return Object.fromEntries(
    limits
      .map(({ env, productionDefault, default: usual }) => [env, String(productionDefault ?? usual)])
      .sort(([a], [b]) => a.localeCompare(b)),
  )
}
