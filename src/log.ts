import { types } from 'node:util'
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import { GatewayError } from './errors.js'
import { Sensitive } from './sensitive.js'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * What a line may hold besides `event` and `err`: ids of our making, codes, counts, measures and names from our own
 * code. Nothing a caller can write freely: no references, titles, file names, addresses of requests or texts.
 */
const allowed = [
  ...['traceId', 'authorityId', 'serviceId', 'submissionId', 'itemId', 'messageId', 'deliveryId', 'pushId', 'workerId'],
  ...['operation', 'operationVersion', 'channel', 'purpose', 'outcome', 'code', 'statusCode', 'state', 'reason'],
  ...['method', 'route', 'mode', 'version', 'migration', 'host', 'port', 'pid', 'signal', 'exitCode'],
  ...['count', 'messageCount', 'itemCount', 'recipientCount', 'attachmentCount', 'deliveryCount', 'attemptCount'],
  ...['attempt', 'maxAttempts', 'durationMs', 'delayMs', 'ageMs', 'sizeBytes', 'nextAttemptAt', 'expiresAt'],
  ...['fresh', 'fingerprint', 'subject', 'issuer', 'algorithm', 'keyId'],
] as const
const isAllowed: ReadonlySet<string> = new Set(allowed)

export type LogField = (typeof allowed)[number]
export type LogValue = string | number | bigint | boolean | Date | Sensitive<unknown> | null | undefined
export type LogFields = { readonly [Field in LogField]?: LogValue } & { readonly err?: unknown }
export type LogLine = { readonly event: string } & LogFields

/** One line is one event with a fixed name, `delivery.attempted`, and the fields allowed above. */
export interface Log {
  error: (line: LogLine) => void
  warn: (line: LogLine) => void
  info: (line: LogLine) => void
  debug: (line: LogLine) => void
  /** A log whose every line has these fields too. */
  child: (fields: LogFields) => Log
}

/**
 * Writes JSON lines `{ level, time, event, … }`, time in UTC, to standard output or the destination given.
 *
 * A field outside the list, or one that holds an object, is dropped and counted in `droppedFields`. Texts are cut at
 * 500 characters, `Sensitive` prints as [hidden], and so does whatever has the shape of a personal identity code.
 * Errors are `{ type, code, stack }`; see describeError for which of them keep their message.
 */
export function createLogger({ level, destination }: { level: LogLevel; destination?: DestinationStream }): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: forbidden, censor: HIDDEN },
      hooks: { streamWrite: hideIdentityCodes },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )
  const bind = (bound: LogFields): Log => {
    const write = (severity: 'error' | 'warn' | 'info' | 'debug') => (line: LogLine) => {
      if (logger.isLevelEnabled(severity)) logger[severity](clean({ ...bound, ...line }))
    }
    const [error, warn, info, debug] = [write('error'), write('warn'), write('info'), write('debug')]
    return { error, warn, info, debug, child: (fields) => bind({ ...bound, ...fields }) }
  }
  return bind({})
}

const HIDDEN = '[hidden]'
const MAX_TEXT = 500
const MAX_FRAMES = 20
const MAX_CAUSES = 3

// The last net, should the lists above ever let one of these through.
const names = ['identityCode', 'address', 'title', 'text', 'body', 'xml', 'fileName', 'password', 'token', 'privateKey']
const details = ['message', 'detail', 'where', 'hint', 'parameters', 'query', 'internalQuery']
const forbidden = [...names, ...details, ...[...names, ...details].map((name) => `err.${name}`)]

// A UUID is taken first and left whole: about one in a hundred has the shape of an identity code in it. Small letters
// count where the code stands by itself, or every second hexadecimal fingerprint would lose a piece.
const uuid = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'
const code = '\\d{6}(?:[-+A-FU-Y]\\d{3}[\\dA-Y]|[-+]\\d{3}[a-y])'
const codeInSmallLetters = '(?<![\\da-z])\\d{6}[a-fu-y]\\d{3}[\\da-y](?![\\da-z])'
const identityCode = new RegExp(`(${uuid})|${code}|${codeInSmallLetters}`, 'g')

/** Text with [hidden] for whatever has the shape of a personal identity code. */
export const hideIdentityCodes = (text: string): string =>
  text.replace(identityCode, (_match, whole?: string) => whole ?? HIDDEN)

// Hidden before it is cut, or the cut could leave the half of a code that tells the birthday.
function cleanText(text: string): string {
  const plain = hideIdentityCodes(text)
  return plain.length > MAX_TEXT ? `${plain.slice(0, MAX_TEXT - 1)}…` : plain
}

function clean({ event, err, ...fields }: LogLine): Record<string, unknown> {
  const line: Record<string, unknown> = { event: cleanText(event) }
  let droppedFields = 0
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (isAllowed.has(field) && isPlain(value)) line[field] = cleanValue(value)
    else droppedFields++
  }
  if (err !== undefined) line.err = describeError(err)
  return droppedFields === 0 ? line : { ...line, droppedFields }
}

const isPlain = (value: unknown): value is LogValue =>
  value === null ||
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
  value instanceof Sensitive ||
  types.isDate(value)

function cleanValue(value: LogValue): unknown {
  if (value instanceof Sensitive) return HIDDEN
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  return cleanText(String(value))
}

/**
 * `{ type, code, constraint, stack, cause }`, and no other property: PostgreSQL puts row values into detail, where and
 * parameters. The stack begins with the first line of the message, unless the message may quote data.
 */
function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!isError(error)) return { type: typeof error } // whatever was thrown may be the data itself
  const { message, stack = '', code, constraint, cause } = error as ErrorLike
  const type = cleanText(/^error$/i.test(error.name) ? error.constructor.name : error.name)
  const head = quotesData(error) ? type : `${type}: ${cleanText(message.split('\n', 1)[0]!)}`
  const frames = stack.replace(message, '').split('\n').filter(isFrame).slice(0, MAX_FRAMES)
  return {
    type,
    ...(isWord(code) && { code }),
    ...(isWord(constraint) && { constraint }),
    stack: [head, ...frames.map(cleanText)].join('\n'),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describeError(cause, depth + 1) }),
  }
}

type ErrorLike = Error & { code?: unknown; constraint?: unknown }

// isNativeError also knows errors of another realm, as jest and vm make them.
const isError = (error: unknown): error is Error => error instanceof Error || types.isNativeError(error)
const isFrame = (line: string): boolean => /^\s+at .*(:\d+:\d+|<anonymous>|native)\)?$/.test(line)
const isWord = (value: unknown): value is string => typeof value === 'string' && /^[\w.-]{1,63}$/.test(value)

/** PostgreSQL's errors quote values, the parsers of JSON and numbers their input, Node's ERR_INVALID_… the argument. */
function quotesData(error: Error): boolean {
  if (error instanceof GatewayError) return false
  const { code } = error as ErrorLike
  const isFromPostgres = ['severity', 'detail', 'where', 'routine', 'internalQuery', 'parameters'].some(
    (own) => own in error,
  )
  const isSqlState = typeof code === 'string' && /^(?=.*\d)[\dA-Z]{5}$/.test(code)
  const isFromNode = typeof code === 'string' && code.startsWith('ERR_INVALID_')
  return isFromPostgres || isSqlState || isFromNode || error.name === 'SyntaxError'
}
