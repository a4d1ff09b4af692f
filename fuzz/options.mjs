import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PLANTS, TARGETS } from './targets/index.mjs'

const HELP = `Sends the gateway what nobody honest sends, for as long as it is told, and keeps what went wrong.

  npm run fuzz                                  all three targets, 20 seconds each
  npm run fuzz -- --seconds 600                 the time is shared by the targets; starting and ending come on top
  npm run fuzz -- --target parser               bytes: read as libxml2 reads them, or refused; in time that is linear
                 --target verifier              signed requests: whatever is accepted was signed just so by its signer
                 --target endpoint              a whole gateway with PostgreSQL: answers, stores nothing forged, stays up
  npm run fuzz -- --seed 7                      makes the choices of seed 7 (keys and ids are new in every run)
  npm run fuzz -- --replay FILE                 runs one kept input again; its file says for which target
  npm run fuzz -- --keep FOLDER                 keeps what went wrong in FOLDER instead of ./data/fuzz
  npm run fuzz -- --plant NAME                  plants a fault that has to be found: ${Object.keys(PLANTS).join(', ')}
  npm run fuzz -- --help

Exit codes: 0 nothing went wrong, 1 something did, 2 called wrongly.`

export const printHelp = () => console.log(HELP)

/** @returns what to do, or null when there is nothing to do but explain; throws with code ERR_PARSE_ARGS… */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string', default: 'all' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      replay: { type: 'string' },
      keep: { type: 'string', default: 'data/fuzz' },
      plant: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const { plant } = values
  if (plant !== undefined && !(plant in PLANTS)) throw wrong(`--plant wants one of ${Object.keys(PLANTS).join(', ')}`)
  const targets = plant === undefined ? targetsOf(values.target) : [PLANTS[plant]]
  return {
    targets,
    seconds: number('--seconds', values.seconds, 1) / targets.length,
    seed: number('--seed', values.seed, 0),
    replay: values.replay && resolve(values.replay),
    keep: resolve(values.keep),
    plant: plant ?? null,
  }
}

function targetsOf(name) {
  if (name === 'all') return Object.keys(TARGETS)
  if (name in TARGETS) return [name]
  throw wrong(`--target wants ${Object.keys(TARGETS).join(', ')} or all`)
}

function number(name, text, least) {
  if (!/^\d{1,10}$/.test(text) || Number(text) < least) throw wrong(`${name} wants a whole number of at least ${least}`)
  return Number(text)
}

const wrong = (message) => Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS_VALUE' })
