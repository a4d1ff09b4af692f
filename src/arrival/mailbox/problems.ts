import { GatewayError } from '../../errors.js'
import type { mailbox } from '../../operations/index.js'

/** What the mailbox API is answered when it is not served, RFC 9457: fixed words for each code, and nothing about people. */
export interface Problem {
  readonly status: number
  readonly title: string
}

const problem = (status: number, title: string): Problem => ({ status, title })

const ofMailbox: Readonly<Record<mailbox.MailboxErrorCode, Problem>> = {
  MAILBOX_TOKEN_WRONG: problem(401, 'The bearer token is missing or wrong'),
  MAILBOX_OWNER_INVALID: problem(400, 'X-Mailbox-Owner is missing, or holds no identity code or business id'),
  MAILBOX_REQUEST_INVALID: problem(400, 'The request is not what its schema says'),
  MAILBOX_NOT_FOUND: problem(404, 'There is nothing of this kind in this mailbox'),
  MAILBOX_CONTACT_MISSING: problem(422, 'Notifications are wanted by a way that no address is given for'),
  MAILBOX_OWNER_NOT_SERVED: problem(403, 'This installation opens no mailbox for this owner'),
  MAILBOX_PASSIVE: problem(409, 'The mailbox is passive: no answer could arrive in it'),
  MAILBOX_ACKNOWLEDGEMENT_NEEDED: problem(409, 'The message has to be acknowledged first'),
  MAILBOX_ACKNOWLEDGEMENT_NOT_ASKED: problem(409, 'The message asks for no acknowledgement'),
  MAILBOX_ATTACHMENT_INFECTED: problem(403, 'The attachment is held back: a virus was found in it'),
  MAILBOX_SERVICE_UNKNOWN: problem(404, 'There is no such service'),
  MAILBOX_SERVICE_CLOSED: problem(409, 'The service takes no messages now'),
  MAILBOX_OWNER_FOREIGN: problem(403, 'The service acts in an environment that this owner does not belong to'),
  MAILBOX_REPLY_NOT_ALLOWED: problem(403, 'The service does not take messages of this kind'),
  MAILBOX_AUTHORITY_UNREACHABLE: problem(409, 'There is no way for messages to this authority'),
  MAILBOX_ATTACHMENT_INVALID: problem(422, 'An attachment is not base64'),
  MAILBOX_ATTACHMENT_TOO_LARGE: problem(422, 'An attachment is larger than the service takes'),
  MAILBOX_ATTACHMENT_TYPE: problem(422, 'An attachment is of a type that the service does not take'),
  MAILBOX_KEY_REUSED: problem(409, 'Another message was sent under this Idempotency-Key'),
}

const problems: Readonly<Record<string, Problem>> = {
  ...ofMailbox,
  REQUEST_TOO_LARGE: problem(413, 'The request is too large'),
  REQUEST_TIMEOUT: problem(408, 'The request did not arrive whole in time'),
  CONTENT_ENCODING: problem(415, 'The content encoding of the request is not supported or damaged'),
  RATE_LIMITED: problem(429, 'Too many requests in a short time'),
  OVERLOADED: problem(503, 'Too many requests are in hand'),
  STORE_UNAVAILABLE: problem(503, 'The database does not answer; nothing is claimed to be stored'),
}

export const mailboxProblems = ofMailbox

export interface Answer extends Problem {
  readonly code: string
  /** where a request is not what its schema says, such as /body/title */
  readonly fields?: readonly string[]
  readonly retryAfterSeconds?: number
}

/** What a caller is told of an error; null for what is a fault of ours. */
export function problemOf(error: unknown): Answer | null {
  const own = error instanceof GatewayError ? (error as GatewayError) : null
  if (own !== null && Object.hasOwn(problems, own.code)) {
    const { retryAfterSeconds } = own as { retryAfterSeconds?: number }
    return { code: own.code, ...problems[own.code]!, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
  }
  const { validation, validationContext, statusCode, code } = (error ?? {}) as FastifyFault
  if (validation !== undefined) return { ...invalid(400), fields: fieldsOf(validation, validationContext) }
  // What Fastify itself finds wrong with a request: no JSON, another media type, an address that is no UTF-8.
  if (statusCode !== undefined && statusCode < 500 && code?.startsWith('FST_') === true) return invalid(statusCode)
  return error instanceof SyntaxError ? invalid(400) : null
}

export const internal: Answer = { code: 'INTERNAL', ...problem(500, 'A fault of ours; it is in the log') }

interface FastifyFault {
  readonly validation?: readonly { readonly instancePath: string; readonly params: Record<string, unknown> }[]
  readonly validationContext?: string
  readonly statusCode?: number
  readonly code?: string
}

const invalid = (status: number): Answer => ({
  code: 'MAILBOX_REQUEST_INVALID',
  ...problems['MAILBOX_REQUEST_INVALID']!,
  status,
})

/** Names of our own schemas only: a property that nobody knows may be anything, and is not repeated. */
function fieldsOf(validation: NonNullable<FastifyFault['validation']>, context = 'request'): string[] {
  const places = validation.map(({ instancePath, params }) => {
    const missing = params['missingProperty']
    return `/${context}${instancePath}${typeof missing === 'string' ? `/${missing}` : ''}`
  })
  return [...new Set(places)]
}
