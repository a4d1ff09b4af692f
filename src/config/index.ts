/**
 * From the environment to one frozen Config; the only reader of `process.env`. A `.env` file is not read.
 *
 * Every setting is declared once, in schema.ts. Sizes in the Config are bytes, durations milliseconds, paths absolute;
 * secrets are `Sensitive` and open only with `reveal()`. An empty variable counts as not set, and an `ASTI_` name that
 * is no setting is an error. Whether a named key file can be read is for the room that reads it.
 */
import { GatewayError } from '../errors.js'
import { sensitive } from '../sensitive.js'
import { findProblems } from './check.js'
import { readGiven } from './given.js'
import { kinds } from './kinds.js'
import { settings } from './schema.js'
import type { Config } from './schema.js'
import type { Setting } from './setting.js'

export { settings } from './schema.js'
export { defaultText, expected } from './describe.js'
export { twinOf } from './given.js'
export type { Config } from './schema.js'
export type { Setting } from './setting.js'

/** Lists every problem of the configuration at once; shows no secret. */
export class ConfigError extends GatewayError<'CONFIG_INVALID'> {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    super('CONFIG_INVALID', [`The configuration has ${count}:`, ...problems].join('\n  '))
    this.problems = problems
  }
}

/**
 * Reads and checks the settings. Production refuses to fall back on what the sandbox makes for itself.
 * @throws ConfigError CONFIG_INVALID
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = readGiven(env)
  const values = new Map([...given.texts].map(([name, text]) => [name, parse(name, text)]))
  const problems = findProblems(values, given)
  if (problems.length > 0) throw new ConfigError(problems)

  const isProduction = values.get('ASTI_MODE') === 'production'
  const entries = all.map((setting) => {
    const preset = (isProduction ? setting.productionDefault : undefined) ?? setting.default
    return [setting.key, finish(setting, values.get(setting.env) ?? preset)] as const
  })
  // The schema the entries come from is the one the type is made of.
  return Object.freeze(Object.fromEntries(entries)) as unknown as Config
}

const all: readonly Setting[] = settings
const byName = new Map(all.map((setting) => [setting.env, setting]))

function parse(name: string, text: string): unknown {
  const setting = byName.get(name)
  return setting ? kinds[setting.kind].parse(text) : text
}

function finish({ kind, secret }: Setting, value: unknown): unknown {
  if (value === undefined) return undefined
  const finished = Object.freeze(kinds[kind].finish?.(value as never) ?? value)
  return secret ? Object.freeze(sensitive(finished)) : finished
}
