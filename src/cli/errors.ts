import { GatewayError } from '../errors.js'
import type { Terminal } from './terminal.js'

/** What was typed cannot be meant: told in one sentence that says what to type instead. */
export class UsageError extends GatewayError<'USAGE'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('USAGE', message, options)
  }
}

/** A command could not do what it was asked for. */
export class CommandError extends GatewayError<
  | 'FILE_UNREADABLE'
  | 'ENDPOINT_UNREACHABLE'
  | 'ANSWER_UNREADABLE'
  | 'NOT_FOUND'
  | 'NOT_HERE'
  | 'REFUSED'
  | 'REAL_PERSON'
> {}

/** Tells what went wrong and gives the exit code. The stack, which may quote data, only when it is asked for. */
export function report(terminal: Terminal, error: unknown): 1 | 2 {
  const wantsStack = ['debug', 'trace'].includes(terminal.env['LOG_LEVEL'] ?? '')
  if (error instanceof GatewayError) terminal.note(error.message)
  else terminal.note(`Something unexpected happened (${nameOf(error)}).${wantsStack ? '' : HINT}`)
  if (wantsStack) terminal.note(stackOf(error))
  return error instanceof UsageError ? 2 : 1
}

const HINT = ' To see where, run the command again with LOG_LEVEL=debug in front.'

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? error.name : `${error.name} ${code}`
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stack = error.stack ?? error.message
  return error.cause === undefined ? stack : `${stack}\nCaused by: ${stackOf(error.cause)}`
}
