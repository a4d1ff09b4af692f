import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const HELP = `Measures verification and the whole endpoint beside a straightforward handler.

  npm run bench                          verify, endpoint and delivery, about ten minutes
  npm run bench -- --only PART           one part: verify, endpoint, delivery, hostile, linear,
                                         isolation; or several: a,b
  npm run bench -- --quick               fewer and shorter rounds: those three take about a minute
  npm run bench -- --case TEXT           of hostile, linear and isolation only the cases whose names hold it
  npm run bench -- --json FILE           writes every figure to FILE as well
  npm run bench -- --markdown            prints the tables as Markdown, for docs/performance.md
  npm run bench -- --profile [FOLDER]    also saves CPU profiles, in ./bench-profiles unless told, and shows their top
  npm run bench -- --dir FOLDER          keeps the temporary database under FOLDER, for measuring another disk
  npm run bench -- --help

  verify      verification alone: reading, signature, command
  endpoint    the whole gateway over a socket, with storage
  delivery    a queue drained by one worker, and how soon a letter is picked up; about five minutes
  hostile     what must be refused, beside an honest request of its size; about six minutes
  linear      what one element, attribute, reference … more costs, in small and in large documents; about four minutes
  isolation   an honest caller's waiting times while another address attacks; about three minutes

A missed target is printed, and is no failure: the exit code says only whether the bench could measure.`

const PARTS = ['verify', 'endpoint', 'delivery', 'hostile', 'linear', 'isolation']

/** Rounds alternate between the handlers; a round handles requests for `roundMs`, and at least one. */
const FULL = {
  rounds: 7,
  endpointRounds: 5,
  gateRounds: 5,
  doorRounds: 3,
  attackMs: 10_000,
  queued: 100_000,
  pickUps: 500,
  roundMs: 1_000,
  warmUpMs: 2_000,
  warmUpLeast: 150,
  memoryRuns: 3,
  memoryOfAll: true,
}
const QUICK = {
  rounds: 2,
  endpointRounds: 1,
  gateRounds: 2,
  doorRounds: 1,
  attackMs: 3_000,
  queued: 5_000,
  pickUps: 60,
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
      case: { type: 'string', default: '' },
      json: { type: 'string' },
      profile: { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const chosen = values.only === undefined ? ['verify', 'endpoint', 'delivery'] : values.only.split(',')
  if (!chosen.every((part) => PARTS.includes(part)))
    throw Object.assign(new Error(`--only wants some of ${PARTS.join(', ')}`), { code: 'ERR_PARSE_ARGS_ONLY' })
  return {
    ...(values.quick ? QUICK : FULL),
    quick: values.quick,
    parts: PARTS.filter((part) => chosen.includes(part)),
    isWanted: ({ name }) => name.includes(values.case),
    markdown: values.markdown,
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
