import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import { expected, shown } from './describe.js'
import { twinOf } from './given.js'
import { formats, kinds } from './kinds.js'
import { nearest } from './nearest.js'
import { settings } from './schema.js'
import type { Given } from './given.js'
import type { Setting } from './setting.js'

const all: readonly Setting[] = settings
const byName = new Map(all.map((setting) => [setting.env, setting]))
const names = all.flatMap((setting) => (setting.secret ? [setting.env, twinOf(setting)] : [setting.env]))

const judge = new Ajv({ allErrors: true, formats }).compile({
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(all.map((setting) => [setting.env, kinds[setting.kind].schema(setting)])),
  dependencies: Object.fromEntries(all.flatMap((setting) => (setting.goesWith ? [[setting.env, needs(setting)]] : []))),
  if: { required: ['ASTI_MODE'], properties: { ASTI_MODE: { const: 'production' } } },
  then: {
    required: all.filter(({ required }) => required === 'production').map(({ env }) => env),
    properties: Object.fromEntries(
      all.flatMap(({ env, sandboxValues }) => (sandboxValues ? [[env, { not: { enum: sandboxValues } }]] : [])),
    ),
  },
})

/** What another setting has to be given for; the default, written out, asks for nothing. */
function needs({ env, goesWith, default: preset }: Setting): object {
  const required = { required: [goesWith] }
  return preset === undefined ? required : { if: { properties: { [env]: { const: preset } } }, else: required }
}

/** Every problem of the given settings, one sentence each, in the order of the schema; unknown names come last. */
export function findProblems(values: ReadonlyMap<string, unknown>, given: Given): string[] {
  const problems = new Map(given.problems)
  const add = (name: string, problem: string) => problems.has(name) || problems.set(name, problem)
  if (!judge(Object.fromEntries(values))) {
    for (const error of judge.errors ?? []) {
      const name = nameIn(error)
      if (name !== undefined) add(name, problemWith(name, given.texts.get(name)))
    }
  }
  for (const setting of all) {
    const floor = setting.atLeast === undefined ? undefined : byName.get(setting.atLeast)
    if (floor && !problems.has(floor.env) && isBelow(setting, floor, values))
      add(setting.env, tooSmall(setting, floor, values))
  }
  const place = (name: string) => (byName.has(name) ? [...byName.keys()].indexOf(name) : byName.size)
  return [...problems].sort(([a], [b]) => place(a) - place(b)).map(([, problem]) => problem)
}

function nameIn({ keyword, instancePath, params }: ErrorObject): string | undefined {
  if (keyword === 'if') return undefined // says only that `then` failed, which has told its own errors
  return (params.missingProperty ?? params.additionalProperty ?? instancePath.split('/')[1]) as string
}

function problemWith(name: string, text: string | undefined): string {
  const setting = byName.get(name)
  // The value of an unknown name may be a secret under a misspelt name.
  if (!setting) return `${name} is not a setting, the nearest name is ${nearest(name, names)}`
  if (text === undefined) return `${name} is missing (${setting.description})`
  if (setting.sandboxValues?.includes(text)) return `${name} may be ${text} in the sandbox only`
  return `${name} must be ${expected(setting)}, ${setting.secret ? 'was set (its value is not shown)' : shown(text)}`
}

const valueOf = (setting: Setting, values: ReadonlyMap<string, unknown>) =>
  (values.get(setting.env) ?? setting.default) as number

const isBelow = (setting: Setting, floor: Setting, values: ReadonlyMap<string, unknown>): boolean =>
  valueOf(setting, values) < valueOf(floor, values)

function tooSmall(setting: Setting, floor: Setting, values: ReadonlyMap<string, unknown>): string {
  const show = (of: Setting) => kinds[of.kind].show?.(valueOf(of, values)) ?? String(valueOf(of, values))
  return `${setting.env} must be at least ${floor.env} (${show(floor)}), was ${show(setting)}`
}
