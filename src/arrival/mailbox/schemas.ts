import { OWNER_PATTERN } from './guard.js'

const object = (properties: object, required: readonly string[] = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] })

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
const uuid = { type: 'string', pattern: UUID }

/** Characters that XML can carry to the authority; tabs and line breaks besides where there may be lines. */
const LINE = '^[\\u0020-\\u007e\\u00a0-\\ud7ff\\ue000-\\ufffd\\u{10000}-\\u{10ffff}]*$'
const LINES = '^[\\t\\n\\r\\u0020-\\u007e\\u00a0-\\ud7ff\\ue000-\\ufffd\\u{10000}-\\u{10ffff}]*$'
const line = (maxLength: number): object => ({ type: 'string', minLength: 1, maxLength, pattern: LINE })

// As they are written into the header of a mail, and handed to a provider of text messages.
const EMAIL = "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$"
const email = { type: 'string', maxLength: 254, pattern: EMAIL }
/** E.164 */
const phone = { type: 'string', pattern: '^\\+[1-9][0-9]{6,14}$' }

/** Longest text of a citizen's message, in characters; the contract sets none. */
export const MAX_BODY = 100_000
const MAX_FILES = 20

/** Headers are not limited to these. */
const headers = (properties: object = {}): object => ({
  type: 'object',
  properties: { 'x-mailbox-owner': { type: 'string', pattern: OWNER_PATTERN }, ...properties },
  required: ['x-mailbox-owner', ...Object.keys(properties)],
})

const none = object({})
const page = {
  before: uuid,
  // Written out, because nothing here is read as another type than it has.
  limit: { type: 'string', pattern: '^([1-9][0-9]?|100)$' },
}

export const schemas = {
  plain: { headers: headers(), querystring: none },
  account: {
    headers: headers(),
    querystring: none,
    body: object({
      state: { enum: ['active', 'passive'] },
      language: { enum: ['fi', 'sv', 'en'] },
      email: orNull(email),
      phone: orNull(phone),
      wantsEmail: { type: 'boolean' },
      wantsSms: { type: 'boolean' },
    }),
  },
  threads: { headers: headers(), querystring: object(page, []) },
  messages: { headers: headers(), querystring: object({ ...page, thread: uuid }, []) },
  message: { headers: headers(), querystring: none, params: object({ id: uuid }) },
  attachment: { headers: headers(), querystring: none, params: object({ id: uuid, attachment: uuid }) },
  write: {
    headers: headers({ 'idempotency-key': { type: 'string', pattern: '^[0-9A-Za-z_.-]{8,100}$' } }),
    querystring: none,
    body: object(
      {
        inReplyTo: uuid,
        service: object({ authorityId: line(200), serviceId: line(200) }),
        title: line(400),
        body: { type: 'string', minLength: 1, maxLength: MAX_BODY, pattern: LINES },
        sender: object({ name: orNull(line(200)), email: orNull(email), phone: orNull(phone) }, []),
        attachments: {
          type: 'array',
          maxItems: MAX_FILES,
          items: object(
            {
              name: line(200),
              mediaType: { type: 'string', maxLength: 200, pattern: '^[a-z0-9.+-]+/[a-z0-9.+-]+$' },
              // What base64 is, is judged where it is decoded.
              content: { type: 'string', minLength: 4 },
            },
            ['name', 'content'],
          ),
        },
      },
      ['title', 'body'],
    ),
  },
} as const
