import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Environment } from '../../registration/index.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { UsageError } from '../errors.js'
import { without } from '../layout.js'
import {
  addExamples,
  CLI,
  flagsOf,
  jsonOption,
  nameOf,
  parseId,
  parseName,
  readJsonObject,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

interface Draft extends ServiceOptions {
  readonly name: string
  readonly authorityName: string
  readonly environment: Environment
}

interface CreateOptions extends Partial<Draft>, Confirming {
  readonly file?: string
  readonly json?: boolean
}

export function addCreateCommand(registration: Command, terminal: Terminal): void {
  const create = registration
    .command('create')
    .description('prepare a registration: a draft, which the authority completes over SOAP with a code')
    .option('--authority <id>', 'ViranomaisTunnus of the authority', parseId)
    .option('--service <id>', 'PalveluTunnus of the service', parseId)
    .option('--name <name>', 'name of the service, for people', parseName)
    .option('--authority-name <name>', "name of the authority when it is new; the service's name otherwise", parseName)
    .addOption(
      new Option('--environment <which>', 'what it is for; test when not given').choices(['test', 'production']),
    )
    .option(
      '--file <file>',
      'JSON of the same: { authority, service, name, authorityName, environment }; - reads stdin',
    )
  addYesOption(create, terminal)
    .addOption(jsonOption())
    .action((options: CreateOptions) => createDraft(terminal, options))
  addExamples(
    create,
    [
      "registration create --authority kunta_ws --service kunta_ws_1 --name Päätökset --authority-name 'Esimerkkikunta' --environment production",
      'registration create --file draft.json --yes --json',
    ],
    "{ authorityId, id, name, authorityName, environment, state: 'draft' }",
  )
}

async function createDraft(terminal: Terminal, options: CreateOptions): Promise<void> {
  const { file } = options
  const flags = without(options, 'file', 'yes', 'json')
  const draft = draftOf({ ...(file !== undefined && (await readJsonObject(file))), ...flags })
  const { name, authorityName, environment } = draft
  const service = serviceIdOf(draft)
  await confirm(terminal, options, [
    `${nameOf(service)} becomes a draft: ${name}, for ${environment}. It may send nothing yet.`,
  ])
  const { operators } = await import('../../operations/index.js')
  const act = { service, actor: actorOf(terminal), name, authorityName, environment }
  await withSession(terminal, (session) => operators.createDraft(session, act))
  if (options.json === true) return terminal.json({ ...service, name, authorityName, environment, state: 'draft' })
  terminal.out(`${nameOf(service)} is a draft. The authority completes it over SOAP with a code:`)
  terminal.out(`  ${CLI} code issue ${flagsOf(service)} --environment ${environment}`)
}

const parsers: Readonly<Record<keyof Draft, (text: string) => string>> = {
  authority: parseId,
  service: parseId,
  name: parseName,
  authorityName: parseName,
  environment: (text) => {
    if (text !== 'test' && text !== 'production') throw new InvalidArgumentError('Give test or production.')
    return text
  },
}

/** @throws UsageError */
function draftOf(given: Readonly<Record<string, unknown>>): Draft {
  const unknown = Object.keys(given).filter((field) => !Object.hasOwn(parsers, field))
  if (unknown.length > 0) throw new UsageError(`A draft has ${Object.keys(parsers).join(', ')}, and nothing else.`)
  const { name, environment = 'test', authorityName = name } = given
  const all = { ...given, environment, authorityName }
  return Object.fromEntries(
    Object.entries(parsers).map(([field, parse]) => [field, parsed(field, all[field as keyof typeof all], parse)]),
  ) as unknown as Draft
}

function parsed(field: string, value: unknown, parse: (text: string) => string): string {
  if (typeof value !== 'string') throw new UsageError(`${field} is missing: give it with an option or in --file.`)
  try {
    return parse(value)
  } catch (error) {
    throw new UsageError(`${field} is wrong. ${error instanceof Error ? error.message : ''}`, { cause: error })
  }
}
