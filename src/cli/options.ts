import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { isatty } from 'node:tty'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { CommandError } from './errors.js'
import { harmless, shown } from './layout.js'

/** How a command is typed, in help texts and hints. */
export const CLI = 'npm run -s cli --'

export const jsonOption = (): Option => new Option('--json', 'print JSON for programs')

export const revealOption = (what: string): Option =>
  new Option('--reveal', `show ${what}; who did so is written to the audit log first`)

export function limitOption(preset: number): Option {
  return new Option('--limit <n>', 'how many to show at most').default(preset).argParser(parseLimit)
}

const MAX_LIMIT = 100_000

function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > MAX_LIMIT) throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_LIMIT}.`)
  return limit
}

/** Accepts the id with or without the words that stand before it in an answer. */
export function parseTraceId(text: string): string {
  const id = text
    .replace(/^.*Trace ID:\s*/i, '')
    .trim()
    .toLowerCase()
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) {
    throw new InvalidArgumentError(
      'Give the trace id as it stands in the answer, for example 0199c0de-0000-7000-8000-000000000000.',
    )
  }
  return id
}

export function parseMessageNumber(text: string): string {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('Give the number (AsiointitiliTunniste), digits only.')
  return text
}

/** Ids that an authority or service gets: no white space around, nothing invisible, nothing endless. */
export function parseId(text: string): string {
  if (!/^[^\s\p{C}]([^\p{C}]{0,98}[^\s\p{C}])?$/u.test(text)) {
    throw new InvalidArgumentError('Give 1 to 100 visible characters, for example demo_ws.')
  }
  return text
}

export function parseName(text: string): string {
  const name = text.trim()
  if (!/^\P{C}{1,200}$/u.test(name)) throw new InvalidArgumentError('Give a name of 1 to 200 visible characters.')
  return name
}

export function parseBillingId(text: string): string {
  if (!/^\P{C}{6}$/u.test(text))
    throw new InvalidArgumentError('Give exactly 6 characters, as agreed with the printing provider.')
  return text
}

/** Which service is meant; every command about one takes these. */
export interface ServiceOptions {
  readonly authority: string
  readonly service: string
}

export const addServiceOptions = (command: Command): Command =>
  command
    .requiredOption('--authority <id>', 'ViranomaisTunnus of the authority', parseId)
    .requiredOption('--service <id>', 'PalveluTunnus of the service', parseId)

export const serviceIdOf = ({ authority, service }: ServiceOptions): ServiceId => ({
  authorityId: authority,
  id: service,
})

interface ServiceId {
  readonly authorityId: string
  readonly id: string
}

/** A service as lists and sentences name it. */
export const nameOf = ({ authorityId, id }: ServiceId): string => `${shown(authorityId)} / ${shown(id)}`

/** The options that mean a service, as a shell takes them: authorities choose their ids. */
export const flagsOf = ({ authorityId, id }: ServiceId): string =>
  `--authority ${quoted(authorityId)} --service ${quoted(id)}`

const quoted = (id: string): string =>
  /^[\w.-]+$/.test(id) ? id : `'${harmless(id).replaceAll('\n', ' ').replaceAll("'", "'\\''")}'`

/** @throws CommandError FILE_UNREADABLE */
export async function readJsonObject(path: string): Promise<Readonly<Record<string, unknown>>> {
  const where = path === '-' ? 'Standard input' : path
  const value = parsed((await readInput(path)).toString('utf8'), where)
  // Null would mean that something is to be forgotten, which has an option of its own.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CommandError('FILE_UNREADABLE', `${where} must hold one JSON object.`)
  return value as Readonly<Record<string, unknown>>
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    // The parser's own message quotes what it has read.
    throw new CommandError('FILE_UNREADABLE', `${where} is no JSON.`)
  }
}

/**
 * A file, or standard input for `-`.
 * @throws CommandError FILE_UNREADABLE
 */
export async function readInput(path: string): Promise<Buffer> {
  if (path !== '-') return readFile(path)
  // Typed: a stream would end the terminal for the question that follows. Piped: Node.js 20 loads modules wrongly
  // after a blocking read of a socket, and a parent that is Node.js gives its child a socket.
  return isatty(STANDARD_INPUT) ? readFileSync(STANDARD_INPUT) : buffer(process.stdin)
}

const STANDARD_INPUT = 0

/** @throws CommandError FILE_UNREADABLE */
export function readFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code
    throw new CommandError('FILE_UNREADABLE', `${path} cannot be read: ${why}.`, { cause })
  }
}

/** @param json  what --json prints, in short */
export function addExamples(command: Command, examples: readonly string[], json?: string): Command {
  const lines = examples.map((example) => (example.startsWith('npm ') ? example : `${CLI} ${example}`))
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)
  return json === undefined ? command : command.addHelpText('after', `\nWith --json:\n  ${json}`)
}
