import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const HELP = `Measures verification and the whole endpoint beside a straightforward handler.

  npm run bench                          everything, about four minutes
  npm run bench -- --quick               fewer and shorter rounds, under a minute
  npm run bench -- --only verify         verification alone; --only endpoint: over a socket, with storage
  npm run bench -- --json FILE           writes every figure to FILE as well
  npm run bench -- --profile [FOLDER]    also saves CPU profiles, in ./bench-profiles unless told, and shows their top
  npm run bench -- --dir FOLDER          keeps the temporary database under FOLDER, for measuring another disk
  npm run bench -- --help

A missed target is printed, and is no failure: the exit code says only whether the bench could measure.`

/** Rounds alternate between the handlers; a round handles requests for `roundMs`, and at least one. */
const FULL = {
  rounds: 7,
  endpointRounds: 5,
  roundMs: 1_000,
  warmUpMs: 2_000,
  warmUpLeast: 150,
  memoryRuns: 3,
  memoryOfAll: true,
}
const QUICK = {
  rounds: 2,
  endpointRounds: 1,
  roundMs: 250,
  warmUpMs: 500,
  warmUpLeast: 20,
  memoryRuns: 1,
  memoryOfAll: false,
}

/** What to do, or null when there is nothing to do but explain. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: withProfileFolder(argv),
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  if (values.only !== undefined && !['verify', 'endpoint'].includes(values.only))
    throw Object.assign(new Error('--only wants verify or endpoint'), { code: 'ERR_PARSE_ARGS_ONLY' })
  return {
    ...(values.quick ? QUICK : FULL),
    quick: values.quick,
    parts: values.only === undefined ? ['verify', 'endpoint'] : [values.only],
    json: values.json && resolve(values.json),
    profile: values.profile && resolve(values.profile),
    dir: resolve(values.dir),
  }
}

export const printHelp = () => console.log(HELP)

/** `--profile` may stand alone, which parseArgs has no word for. */
function withProfileFolder(argv) {
  return argv.flatMap((arg, i) => {
    if (argv[i - 1] === '--profile' && !arg.startsWith('-')) return []
    if (arg !== '--profile') return [arg]
    const next = argv[i + 1]
    return [`--profile=${next === undefined || next.startsWith('-') ? 'bench-profiles' : next}`]
  })
}
