import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { isDate } from './dates.js'
import type { ProcessPart } from './process.js'

/** Each schema says in its description what it expects: that, and nothing of what was given, is told of a fault. */
interface Schema {
  readonly description: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly [keyword: string]: unknown
}

/** PostgreSQL keeps neither a zero character nor half of a surrogate pair in JSON. */
const KEEPABLE = '[^\\u0000\\ud800-\\udfff]*'
const NOT_BLANK = '\\s*[^\\s\\u0000\\ud800-\\udfff]'
const UUID = '[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}'

const text = (maxLength: number): Schema => ({
  description: `a text of at most ${maxLength} characters, not blank`,
  type: 'string',
  pattern: `^${NOT_BLANK}${KEEPABLE}$`,
  maxLength,
})

const textOrEmpty = (maxLength: number): Schema => ({
  description: `a text of at most ${maxLength} characters`,
  type: 'string',
  pattern: `^${KEEPABLE}$`,
  maxLength,
})

const day: Schema = { description: 'a day of the calendar (YYYY-MM-DD)', type: 'string', format: 'day' }
const flag: Schema = { description: 'true or false', type: 'boolean' }

const whole = (minimum: number, maximum: number): Schema => ({
  description: `a whole number from ${minimum} to ${maximum}`,
  type: 'integer',
  minimum,
  maximum,
})

const choice = (...values: string[]): Schema => ({
  description: `one of ${values.join(', ')}`,
  type: 'string',
  enum: values,
})

const list = (items: Schema, maxItems: number, minItems = 0): Schema => ({
  description: `a list of ${minItems} to ${maxItems}, each ${items.description}`,
  type: 'array',
  items,
  minItems,
  maxItems,
})

const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => {
  const names = Object.keys(properties)
  const shown = names.map((name) => (optional.includes(name) ? `${name} (may be left out)` : name))
  return {
    description: `an object with ${shown.join(', ')}, and nothing else`,
    type: 'object',
    properties,
    required: names.filter((name) => !optional.includes(name)),
    additionalProperties: false,
  }
}

/** Ids of files that were attached to the registration, as the gateway writes them. */
const evidence: Schema = {
  ...list({ description: 'the id of an attached file (UUID)', type: 'string', pattern: `^${UUID}$` }, 20),
  description: 'a list of 0 to 20 different ids of attached files',
  uniqueItems: true,
}

const answer = object({ id: text(60), value: textOrEmpty(4_000), evidence, note: text(2_000) }, ['evidence', 'note'])
const answered = { set: text(60), version: whole(1, 10_000), answeredOn: day, answers: list(answer, 200) }

const schemas: Readonly<Record<ProcessPart, Schema>> = {
  agreement: object({ reference: text(200), signedOn: day, validFrom: day, validTo: day }, ['validTo']),
  deploymentPlan: object({
    tasks: list(
      object({ id: text(60), title: text(300), responsible: text(200), dueOn: day, doneOn: day }, ['doneOn']),
      200,
      1,
    ),
  }),
  selfAudit: object({ ...answered, expiresOn: day }),
  security: object(answered),
  testAgreement: object({
    scheduleFrom: day,
    scheduleTo: day,
    material: list(text(300), 100),
    testers: list(object({ name: text(200), role: text(200) }, ['role']), 50, 1),
  }),
  testReport: object(
    { on: day, result: choice('passed', 'failed', 'passed-with-remarks'), summary: text(10_000), evidence },
    ['evidence'],
  ),
  conformance: object({ passed: flag, on: day, statement: text(4_000), statedBy: text(200) }, ['statedBy']),
  productionDate: object({ announcedOn: day }),
}

export const partNames = Object.keys(schemas) as ProcessPart[]

// `verbose` hands the schema over with a fault, for what it expects.
const ajv = new Ajv({ allErrors: true, strict: true, verbose: true, formats: { day: isDate } })
const checks = Object.fromEntries(
  Object.entries(schemas).map(([part, schema]) => [part, ajv.compile(schema)]),
) as unknown as Readonly<Record<ProcessPart, ValidateFunction>>

/** What of a part has the wrong form, each fault by path with what was expected there. */
export function faultsOfForm(part: ProcessPart, value: unknown): string[] {
  const check = checks[part]
  return check(value) ? [] : (check.errors ?? []).map((error) => faultOf(part, error))
}

/** Neither values nor names that somebody made up are in it: paths lead through names and numbers of ours alone. */
function faultOf(part: ProcessPart, { instancePath, params, parentSchema }: ErrorObject): string {
  const path = part + instancePath.replaceAll('/', '.')
  const { description, properties } = parentSchema as Schema
  const { missingProperty: missing } = params as { missingProperty?: string }
  if (missing === undefined) return `${path} must be ${description}`
  return `${path}.${missing} is missing (${properties?.[missing]?.description ?? 'required'})`
}
