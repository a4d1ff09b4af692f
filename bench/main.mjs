import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stopAll } from './child.mjs'
import { benchDelivery } from './delivery-bench.mjs'
import { benchEndpoint } from './endpoint-bench.mjs'
import { benchHostile } from './hostile-bench.mjs'
import { benchIsolation } from './isolation-bench.mjs'
import { benchLinear } from './linear-bench.mjs'
import { calibrate, describeMachine } from './machine.mjs'
import { printHelp, readOptions } from './options.mjs'
import { makePlace } from './place.mjs'
import { summarizeProfile } from './profile.mjs'
import { progress } from './progress.mjs'
import { printMachine, printProfiles, printTable, printVerdicts } from './report.mjs'
import { printDelivery } from './report-delivery.mjs'
import { printHostile, printIsolation, printLinear } from './report-bounds.mjs'
import { benchVerification } from './verify-bench.mjs'

const benches = {
  verify: benchVerification,
  endpoint: benchEndpoint,
  delivery: benchDelivery,
  hostile: benchHostile,
  linear: benchLinear,
  isolation: benchIsolation,
}

async function run(options) {
  const machine = { ...describeMachine(), calibration: calibrate() }
  printMachine(machine)
  if (options.profile) mkdirSync(options.profile, { recursive: true })
  const place = await makePlace(options.dir)
  const tidy = async () => {
    await stopAll()
    place.remove()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void tidy().then(() => process.exit(130)))
  const results = {}
  try {
    for (const part of options.parts) results[part] = await benches[part](options, place)
  } finally {
    progress('')
    await tidy()
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, options, ...results }, null, 2)}\n`)
  print(results, options)
}

function print(results, { profile, markdown }) {
  const { verify, endpoint, delivery, hostile, linear, isolation } = results
  const layout = { markdown }
  if (verify) {
    const columns = [
      ['ours', 'our verification'],
      ['straightforward', 'straightforward'],
    ]
    printTable('Verification alone, one request after another', verify, columns, layout)
  }
  if (endpoint) {
    const columns = [
      ['gateway', 'gateway, stored'],
      ['plain', 'plain server, not stored'],
    ]
    const inParallel = endpoint.map(({ concurrency }) => concurrency).join(', ')
    printTable(`Whole endpoint over a socket, ${inParallel} requests at a time`, endpoint, columns, layout)
  }
  printVerdicts(results)
  if (delivery) printDelivery(delivery, layout)
  if (hostile) printHostile(hostile, layout)
  if (linear) printLinear(linear, layout)
  if (isolation) printIsolation(isolation, layout)
  if (profile) printProfiles(readProfiles(profile))
}

/** Those of what is ours; the others are saved for who wants them. */
const readProfiles = (folder) =>
  readdirSync(folder)
    .filter((name) => /^(verify-ours|endpoint-gateway|hostile|linear)-.*\.cpuprofile$/.test(name))
    .sort()
    .map((name) => ({ file: join(folder, name), ...summarizeProfile(join(folder, name)) }))

try {
  const options = readOptions(process.argv.slice(2))
  if (options === null) printHelp()
  else await run(options)
} catch (error) {
  progress('')
  console.error(String(error.code).startsWith('ERR_PARSE_ARGS') ? error.message : error)
  process.exitCode = 1
}
