import { InvalidArgumentError, Option, type Command } from 'commander'
import type { ServiceSettings } from '../registration/index.js'
import { CommandError, UsageError } from './errors.js'
import { addExamples, CLI, parseId } from './options.js'
import { actorOf, withSession } from './session.js'
import type { Terminal } from './terminal.js'

const OPERATIONS = ['sendMessage', 'addItems', 'queryCustomers', 'getServiceStatus']

interface SetOptions {
  readonly authority: string
  readonly service: string
  readonly sha1?: 'allowed' | 'refused'
  readonly responseSecurity?: 'none' | 'signature' | 'signature+timestamp'
  readonly signingKey?: 'current' | 'next'
  readonly operations?: readonly string[]
}

/** Settings of a service that the whole gateway obeys (docs/service-settings.md). */
export function addServiceSettingsCommand(service: Command, terminal: Terminal): void {
  const set = service
    .command('set')
    .description('change settings of a service; what is not named stays as it is')
    .requiredOption('--authority <id>', 'ViranomaisTunnus of the authority', parseId)
    .requiredOption('--service <id>', 'PalveluTunnus of the service', parseId)
    .addOption(new Option('--sha1 <what>', 'whether SHA-1 signatures are accepted').choices(['allowed', 'refused']))
    .addOption(
      new Option('--response-security <what>', 'how answers are signed').choices([
        'none',
        'signature',
        'signature+timestamp',
      ]),
    )
    .addOption(new Option('--signing-key <which>', 'which of our keys signs answers').choices(['current', 'next']))
    .option('--operations <list>', `operations it may call, a comma list of ${OPERATIONS.join(', ')}`, parseOperations)
    .action((options: SetOptions) => setSettings(terminal, options))
  addExamples(set, [
    'service set --authority kunta_ws --service kunta_ws_1 --sha1 refused',
    'service set --authority kunta_ws --service kunta_ws_1 --response-security signature+timestamp',
  ])
}

function parseOperations(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => !OPERATIONS.includes(name)))
    throw new InvalidArgumentError(`Give a comma list of ${OPERATIONS.join(', ')}.`)
  return names
}

async function setSettings(terminal: Terminal, { authority, service, ...given }: SetOptions): Promise<void> {
  const settings = given as ServiceSettings
  if (Object.keys(settings).length === 0) throw new UsageError('Give at least one setting; --help lists them.')
  const { audit, services } = await import('../store/index.js')
  const key = { authorityId: authority, id: service }
  await withSession(terminal, ({ db }) =>
    db.withTransaction(async (tx) => {
      if (!(await services.servicesOf(tx, authority)).some(({ id }) => id === service))
        throw new CommandError('NOT_FOUND', `There is no service ${authority} / ${service}. See: ${CLI} service list`)
      await services.changeSettings(tx, key, settings)
      const subject = { ...key, settings }
      await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'service.settings-changed', subject })
    }),
  )
  const list = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`)
  terminal.out(`${authority} / ${service}: ${list.join(', ')}. In force from the next request on.`)
}
