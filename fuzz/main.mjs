import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printHelp, readOptions } from './options.mjs'
import { makePlace } from './place.mjs'
import { keepFailure, printOutcomes, showProgress } from './report.mjs'
import { makeSeeds, SEEDS_FILE } from './seeds.mjs'
import { TARGETS } from './targets/index.mjs'
import { runWatched, stopAll } from './watch.mjs'

async function run(options) {
  const kept = options.replay ? readKept(options.replay) : null
  const place = makePlace()
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      stopAll()
      place.remove()
      process.exit(130)
    })
  try {
    if (kept !== null) return await again(kept, options, place)
    console.log(`seed ${options.seed}, ${Math.round(options.seconds)} s for each of: ${options.targets.join(', ')}`)
    writeFileSync(join(place.folder, SEEDS_FILE), JSON.stringify(await makeSeeds(place)))
    let found = 0
    for (const name of options.targets) found += await fuzzOne(name, options, place)
    console.log(found === 0 ? '\nNothing went wrong.' : `\n${found} went wrong; seed ${options.seed}`)
    return found
  } finally {
    place.remove()
  }
}

/** @returns how many things went wrong */
async function fuzzOne(name, { seconds, seed, plant, keep }, { folder }) {
  let context = null
  let last = null
  let found = 0
  await runWatched({ name, folder, seconds, seed, plant, kept: null }, (message) => {
    context = message.context ?? context
    last = message.progress ?? last
    if (message.progress) showProgress(name, message.progress)
    if (!message.failure) return
    found++
    keepFailure(keep, { target: name, seed, context, ...message })
  })
  if (last !== null) {
    showProgress(name, last, true)
    printOutcomes(name, last)
  }
  return found
}

function readKept(file) {
  const kept = JSON.parse(readFileSync(file, 'utf8'))
  if (!(kept.target in TARGETS) || typeof kept.input?.base64 !== 'string')
    throw new Error(`${file} is no input that npm run fuzz has kept`)
  return kept
}

/** Runs a kept input again; its file stays as it is. */
async function again(kept, { plant }, { folder }) {
  let found = 0
  const task = { name: kept.target, folder, seconds: 0, seed: 0, plant, kept }
  await runWatched(task, ({ failure, replayed }) => {
    if (replayed) console.log(`${kept.target}: ${replayed}. It does not go wrong any more.`)
    if (!failure) return
    found++
    console.log(`${kept.target}: ${failure.kind}\n  ${failure.detail.replaceAll('\n', '\n  ')}`)
  })
  return found
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === null) printHelp()
  else process.exitCode = (await run(options)) > 0 ? 1 : 0
} catch (error) {
  const isCall = String(error.code).startsWith('ERR_PARSE_ARGS')
  console.error(isCall ? `${error.message}\nnpm run fuzz -- --help explains.` : error)
  process.exitCode = isCall ? 2 : 1
}
