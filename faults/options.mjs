import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { NAMES } from './scenarios/index.mjs'

const HELP = `Injects faults into real gateways under load and counts what became of every message (docs/faults.md).

  npm run faults                        the long version
  npm run faults -- --quick             CI's share, about four minutes on two cores
  npm run faults -- --only NAME         one of the list below, or several: a,b
  npm run faults -- --seed N            makes the choices of run N again (timing is the machine's own)
  npm run faults -- --keep FOLDER       logs of runs that went wrong go to FOLDER instead of ./data/faults
  npm run faults -- --help

Exit codes: 0 nothing was violated and every seeded defect was caught, 1 otherwise, 2 called wrongly.

`

export const printHelp = () =>
  console.log(
    HELP +
      Object.entries(NAMES)
        .map(([name, title]) => `  ${name.padEnd(22)}${title}`)
        .join('\n'),
  )

/** @returns what to do, or null when there is nothing to do but explain; throws with code ERR_PARSE_ARGS… */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      keep: { type: 'string', default: 'data/faults' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const only = values.only?.split(',') ?? null
  const unknown = only?.find((name) => !(name in NAMES))
  if (unknown !== undefined) throw wrong(`--only wants some of ${Object.keys(NAMES).join(', ')}; not ${unknown}`)
  if (!/^\d{1,10}$/.test(values.seed)) throw wrong('--seed wants a whole number')
  return { quick: values.quick, only, seed: Number(values.seed), keep: resolve(values.keep) }
}

const wrong = (message) => Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS_VALUE' })
