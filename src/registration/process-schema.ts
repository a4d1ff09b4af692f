import type { ProcessPart } from './process.js'

const text = (maxLength: number): object => ({ type: 'string', minLength: 1, maxLength })
const day = { type: 'string', format: 'day' }
const list = (items: object, maxItems: number, minItems = 0): object => ({ type: 'array', items, minItems, maxItems })
const object = (properties: object, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})

const UUID = '^[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}$'
/** ids of files that were attached to the registration */
const evidence = list({ type: 'string', pattern: UUID }, 20)

const answers = list(
  object({ id: text(60), value: { type: 'string', maxLength: 4_000 }, evidence, note: text(2_000) }, [
    'evidence',
    'note',
  ]),
  200,
)
const answered = { set: text(60), version: { type: 'integer', minimum: 1, maximum: 10_000 }, answeredOn: day, answers }

/** JSON Schema of every part of the joining process. */
export const partSchemas: Readonly<Record<ProcessPart, object>> = {
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
    {
      on: day,
      result: { type: 'string', enum: ['passed', 'failed', 'passed-with-remarks'] },
      summary: text(10_000),
      evidence,
    },
    ['evidence'],
  ),
  conformance: object({ passed: { type: 'boolean' }, on: day, statement: text(4_000), statedBy: text(200) }, [
    'statedBy',
  ]),
  productionDate: object({ announcedOn: day }),
}
