import { Argument, type Command } from 'commander'
import { checkPart, processParts, type ProcessPart } from '../../registration/index.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { CommandError, UsageError } from '../errors.js'
import { shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  jsonOption,
  nameOf,
  readJsonObject,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession, type Session } from '../session.js'
import type { Terminal } from '../terminal.js'
import { APPLICATION, checkApplication, writeApplication } from './application.js'

interface RecordOptions extends ServiceOptions, Confirming {
  readonly file?: string
  readonly clear?: boolean
  readonly json?: boolean
}

export type Recordable = ProcessPart | typeof APPLICATION

export const partArgument = (): Argument =>
  new Argument('<part>', 'part of the joining process, or what the authority has applied for').choices([
    ...processParts,
    APPLICATION,
  ])

export function addRecordCommand(registration: Command, terminal: Terminal): void {
  const record = addServiceOptions(
    registration
      .command('record')
      .description('record a part of the joining process; approvals of what was there before count no more')
      .addArgument(partArgument()),
  )
    .option('--file <file>', 'JSON of the part, as registration template prints it; - reads standard input')
    .option('--clear', 'forget the part')
  addYesOption(record, terminal)
    .addOption(jsonOption())
    .action((part: Recordable, options: RecordOptions) => recordPart(terminal, part, options))
  addExamples(
    record,
    [
      'registration record agreement --authority kunta_ws --service kunta_ws_1 --file agreement.json',
      'registration record testReport --authority kunta_ws --service kunta_ws_1 --file - --yes < report.json',
      'registration record security --authority kunta_ws --service kunta_ws_1 --clear',
    ],
    '{ authorityId, id, part, did: recorded|forgotten, revision }',
  )
}

async function recordPart(terminal: Terminal, part: Recordable, options: RecordOptions): Promise<void> {
  const value = await valueOf(part, options)
  const service = serviceIdOf(options)
  const { readFacts } = await import('./read.js')
  await withSession(terminal, async (session) => {
    const { registration } = await readFacts(session, options)
    const isThere = part === APPLICATION ? registration.businessId !== null : registration.process[part] !== undefined
    if (value === null && !isThere) throw new CommandError('NOT_FOUND', `${nameOf(service)} has no ${part} to forget.`)
    const to = value === null ? 'nothing' : 'as in the file'
    await confirm(terminal, options, [
      `${nameOf(service)}, ${part}: ${isThere ? 'recorded' : 'nothing'} → ${to}.`,
      ...(registration.approvals.length === 0
        ? []
        : [`Approvals that count no more: ${registration.approvals.map(shown).join(', ')}.`]),
    ])
    await write(session, { service, part, value, actor: actorOf(terminal) })
    const { revision } = (await readFacts(session, options)).registration
    const did = value === null ? 'forgotten' : 'recorded'
    if (options.json === true) return terminal.json({ ...service, part, did, revision })
    terminal.out(`${part} of ${nameOf(service)} is ${did}. This is revision ${revision}.`)
  })
}

/** @throws UsageError; RegistrationError PROCESS_INVALID, before anybody is asked whether to go on */
async function valueOf(part: Recordable, { file, clear }: RecordOptions): Promise<object | null> {
  if ((file === undefined) === (clear !== true)) throw new UsageError('Give either --file or --clear.')
  if (file === undefined) {
    if (part === APPLICATION) throw new UsageError('An application is replaced, not forgotten: give --file.')
    return null
  }
  const given = await readJsonObject(file)
  return part === APPLICATION ? checkApplication(given) : checkPart(part, given)
}

interface Write {
  readonly service: ReturnType<typeof serviceIdOf>
  readonly part: Recordable
  readonly value: object | null
  readonly actor: string
}

async function write(session: Session, { service, part, value, actor }: Write): Promise<void> {
  const { operators } = await import('../../operations/index.js')
  if (part === APPLICATION) return writeApplication(session, { service, actor, application: value! })
  await operators.recordPart(session, { service, actor, part, value })
}
