import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Environment } from '../../registration/index.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { UsageError } from '../errors.js'
import { shown, without } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  jsonOption,
  nameOf,
  readJsonObject,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'
import { readService } from './read.js'

const OPERATIONS = ['sendMessage', 'addItems', 'queryCustomers', 'getServiceStatus']

interface SetOptions extends ServiceOptions, Confirming {
  readonly environment?: Environment
  readonly file?: string
  readonly json?: boolean
  /** every other option is a setting of its own name */
  readonly [setting: string]: unknown
}

const OTHER_OPTIONS = ['authority', 'service', 'environment', 'file', 'yes', 'json']

type Settings = Readonly<Record<string, unknown>>

/** Settings of a service that the whole gateway obeys (docs/service-settings.md). */
export function addSetCommand(service: Command, terminal: Terminal): void {
  const set = addServiceOptions(
    service.command('set').description('change settings of a service; what is not named stays as it is'),
  )
  for (const option of settingOptions()) set.addOption(option)
  addYesOption(set, terminal)
    .option('--file <file>', 'JSON object of settings, null clears one; - reads standard input')
    .addOption(
      new Option('--environment <which>', 'what it is for, as long as it is not in production').choices([
        'test',
        'production',
      ]),
    )
    .addOption(jsonOption())
    .action((options: SetOptions) => setSettings(terminal, options))
  addExamples(
    set,
    [
      'service set --authority kunta_ws --service kunta_ws_1 --sha1 refused',
      'service set --authority kunta_ws --service kunta_ws_1 --response-security signature+timestamp',
      `echo '{"maxAttachmentBytes": 3145728, "sha1": null}' | npm run -s cli -- service set --authority kunta_ws --service kunta_ws_1 --file - --yes`,
    ],
    '{ authorityId, id, environment: { before, after }, settings: { before: { … }, after: { … } } }',
  )
}

/** Settings that are one word or number; the others come in a file. */
const settingOptions = (): Option[] => [
  choice('--sha1 <what>', 'whether SHA-1 signatures are accepted', ['allowed', 'refused']),
  choice('--response-security <what>', 'how answers are signed', ['none', 'signature', 'signature+timestamp']),
  choice('--signing-key <which>', 'which of our keys signs answers', ['current', 'next']),
  new Option('--operations <list>', `operations it may call, a comma list of ${OPERATIONS.join(', ')}`).argParser(
    parseOperations,
  ),
  yesOrNo('--may-list-accounts <yes|no>', 'whether it may ask for every account'),
  choice('--add-items-answers <how>', 'what LisaaKohteita answers', ['synchronous', 'queued']),
  number('--max-request-bytes <n>', 'largest request'),
  number('--max-attachment-bytes <n>', 'largest attachment'),
  number('--requests-per-minute <n>', 'how many it may send; 0 sets no limit'),
  choice('--receipts <which>', 'which states are reported', ['asked', 'all', 'none']),
  yesOrNo('--reply-allowed <yes|no>', 'whether citizens may answer'),
]

const choice = (flags: string, about: string, values: readonly string[]): Option =>
  new Option(flags, about).choices(values)
const yesOrNo = (flags: string, about: string): Option => new Option(flags, about).argParser(parseYesNo)
const number = (flags: string, about: string): Option => new Option(flags, about).argParser(parseWhole)

function parseYesNo(text: string): boolean {
  if (text !== 'yes' && text !== 'no') throw new InvalidArgumentError('Give yes or no.')
  return text === 'yes'
}

function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}

function parseOperations(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => !OPERATIONS.includes(name)))
    throw new InvalidArgumentError(`Give a comma list of ${OPERATIONS.join(', ')}.`)
  return names
}

async function setSettings(terminal: Terminal, options: SetOptions): Promise<void> {
  const { file, environment } = options
  const flags = without(options, ...OTHER_OPTIONS)
  const settings: Settings = { ...(file !== undefined && (await readJsonObject(file))), ...flags }
  if (Object.keys(settings).length === 0 && environment === undefined)
    throw new UsageError('Give at least one setting; --help lists them.')
  const { checkSettings, withoutSecrets } = await import('../../registration/index.js')
  const { operators } = await import('../../operations/index.js')
  // Faults are told before anybody is asked whether to go on; null clears, and has no form.
  checkSettings(Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, value ?? undefined])))
  const service = serviceIdOf(options)
  await withSession(terminal, async (session) => {
    const before = await readService(session, options)
    const planned = { ...before.settings, ...settings }
    await confirm(terminal, options, [
      `${nameOf(service)}, in force from the next request on:`,
      ...changesOf({ before: withoutSecrets(before.settings), after: withoutSecrets(planned) }, Object.keys(settings)),
      ...(environment === undefined ? [] : [`  for  ${before.environment} → ${environment}; approvals count no more`]),
    ])
    const act = { service, actor: actorOf(terminal) }
    if (environment !== undefined) await operators.changeEnvironment(session, { ...act, environment })
    if (Object.keys(settings).length > 0) await operators.changeServiceSettings(session, { ...act, settings })
    const after = await readService(session, options)
    const shownSettings = { before: withoutSecrets(before.settings), after: withoutSecrets(after.settings) }
    const environments = { before: before.environment, after: after.environment }
    if (options.json === true) return terminal.json({ ...service, environment: environments, settings: shownSettings })
    terminal.out(`${nameOf(service)}, in force from the next request on:`)
    for (const line of changesOf(shownSettings, Object.keys(settings))) terminal.out(line)
    if (environment !== undefined) terminal.out(`  for  ${before.environment} → ${after.environment}`)
  })
}

function changesOf({ before, after }: { before: object; after: object }, names: readonly string[]): string[] {
  const valueIn = (settings: object, name: string): string =>
    shown(JSON.stringify((settings as Settings)[name] ?? null)).replace(/^null$/, '(default)')
  return names.map((name) => `  ${name}  ${valueIn(before, name)} → ${valueIn(after, name)}`)
}
