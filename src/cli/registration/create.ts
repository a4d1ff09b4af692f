import { Option, type Command } from 'commander'
import type { Environment } from '../../registration/index.js'
import { confirm, yesOption, type Confirming } from '../confirm.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  parseName,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

interface CreateOptions extends ServiceOptions, Confirming {
  readonly name: string
  readonly authorityName?: string
  readonly environment: Environment
  readonly json?: boolean
}

export function addCreateCommand(registration: Command, terminal: Terminal): void {
  const create = addServiceOptions(
    registration.command('create').description('prepare a registration, which the authority completes over SOAP'),
  )
    .requiredOption('--name <name>', 'name of the service, for people', parseName)
    .option('--authority-name <name>', "name of the authority when it is new; the service's name otherwise", parseName)
    .addOption(new Option('--environment <which>', 'what it is for').choices(['test', 'production']).default('test'))
    .addOption(yesOption())
    .addOption(jsonOption())
    .action((options: CreateOptions) => createDraft(terminal, options))
  addExamples(create, [
    "registration create --authority kunta_ws --service kunta_ws_1 --name Päätökset --authority-name 'Esimerkkikunta'",
  ])
}

async function createDraft(terminal: Terminal, options: CreateOptions): Promise<void> {
  const { name, authorityName = name, environment } = options
  const service = serviceIdOf(options)
  await confirm(terminal, options, [`A draft of ${service.authorityId} / ${service.id}, for ${environment}.`])
  const { operators } = await import('../../operations/index.js')
  const act = { service, actor: actorOf(terminal), name, authorityName, environment }
  await withSession(terminal, (session) => operators.createDraft({ ...session, clock: { now: () => new Date() } }, act))
  if (options.json === true) return terminal.json({ ...service, environment, state: 'draft' })
  terminal.out(`${name} is a draft. The authority completes it with a code: ${CLI} code issue --help`)
}
