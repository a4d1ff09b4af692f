import { createRandom } from '../fuzz/random.mjs'
import { printHelp, readOptions } from './options.mjs'
import { makePlace } from './place.mjs'
import { startPostgres } from './postgres.mjs'
import { endProgress, showProgress } from './progress.mjs'
import { isGood, keepLogs, printTable } from './report.mjs'
import { SCENARIOS } from './scenarios/index.mjs'
import { tidyUp } from './tidy.mjs'
import { createWorld } from './world.mjs'

const FLEET = ['gateway', 'gateway', 'worker', 'worker']

async function run(options) {
  const { seed, quick, only } = options
  console.log(`seed ${seed}${quick ? ', quick' : ''}`)
  const chosen = SCENARIOS.filter(({ name, isLongOnly }) => only?.includes(name) ?? !(quick && isLongOnly))
  const startedAt = Date.now()
  const place = makePlace()
  const shared = sharedParts(place)
  const rows = []
  for (const [done, scenario] of chosen.entries()) {
    const onRound = (round, rounds) => showProgress({ done, all: chosen.length, name: scenario.name, round, rounds })
    onRound(1, 0)
    // The same choices, whichever others run.
    const random = createRandom(seed + SCENARIOS.indexOf(scenario) * 7_919)
    const context = { place, quick, random, onRound, postgres: shared.postgres, fleet: shared.fleet }
    const row = await scenario.run(context).catch((error) => ({ error: error.message, stack: error.stack }))
    rows.push([scenario, row])
    if (row.stack !== undefined) console.error(`\n${row.stack}`)
    // What went wrong must not go on in the next run.
    if (row.error !== undefined || Object.keys(row.violations ?? {}).length > 0) await shared.dropFleet()
  }
  endProgress()
  printTable(rows)
  const bad = rows.filter(([scenario, row]) => !isGood(scenario, row))
  for (const [{ name }, { wrong = [] }] of bad) for (const text of wrong) console.log(`  ${name}: ${text}`)
  if (bad.length > 0) keepLogs(place, options.keep, seed)
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  console.log(
    `\n${bad.length === 0 ? 'Nothing was violated' : `${bad.length} went wrong`}; seed ${seed}, ${seconds} s.`,
  )
  return bad.length
}

/** What most runs share, made when it is first needed. */
function sharedParts(place) {
  let [postgres, fleet] = [null, null]
  const parts = {
    postgres: () => (postgres ??= startPostgres(place)),
    fleet: () => (fleet ??= parts.postgres().then((server) => createWorld(place, server, { roles: FLEET }))),
    dropFleet: async () => {
      const world = await fleet?.catch(() => null)
      fleet = null
      await world?.close()
    },
  }
  return parts
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === null) printHelp()
  else {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(signal, () => void tidyUp().then(() => process.exit(130)))
    process.exitCode = (await run(options)) > 0 ? 1 : 0
  }
} catch (error) {
  endProgress()
  const isCall = String(error.code).startsWith('ERR_PARSE_ARGS')
  console.error(isCall ? `${error.message}\nnpm run faults -- --help explains.` : error)
  process.exitCode = isCall ? 2 : 1
} finally {
  await tidyUp()
}
process.exit()
