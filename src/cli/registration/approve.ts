import type { Command } from 'commander'
import { confirm, yesOption, type Confirming } from '../confirm.js'
import { CommandError, UsageError } from '../errors.js'
import { shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  readFile,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

interface ApproveOptions extends ServiceOptions, Confirming {
  readonly operatorKeyFile?: string
  readonly json?: boolean
}

export function addApproveCommand(registration: Command, terminal: Terminal): void {
  const approve = addServiceOptions(
    registration
      .command('approve')
      .description('approve for production what is registered now; two different operators have to'),
  )
    .option('--operator-key-file <file>', 'file with the personal key; asked for at the terminal otherwise')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action((options: ApproveOptions) => approveRegistration(terminal, options))
  addExamples(approve, [
    'registration approve --authority kunta_ws --service kunta_ws_1',
    'registration approve --authority kunta_ws --service kunta_ws_1 --operator-key-file aino.key --yes',
  ])
}

async function approveRegistration(terminal: Terminal, options: ApproveOptions): Promise<void> {
  const { operators } = await import('../../operations/index.js')
  const service = serviceIdOf(options)
  const key = await operatorKey(terminal, options)
  await withSession(terminal, async (session) => {
    const operator = await operators.findOperator(session.db, key)
    if (operator === null) throw new CommandError('REFUSED', `This is no operator's key. See: ${CLI} operator list`)
    await confirm(terminal, options, [
      `${operator} approves ${service.authorityId} / ${service.id} for production, as registration show shows it.`,
    ])
    const act = { service, actor: actorOf(terminal), operator }
    const approvals = await operators.approveRegistration({ ...session, clock: { now: () => new Date() } }, act)
    if (options.json === true) return terminal.json({ ...service, operator, approvals })
    terminal.out(`Approved by ${approvals.map(shown).join(' and ')}.`)
    if (approvals.length < 2) terminal.note('Another operator has to approve too.')
  })
}

async function operatorKey(terminal: Terminal, { operatorKeyFile }: ApproveOptions): Promise<string> {
  if (operatorKeyFile !== undefined) return readFile(operatorKeyFile).toString('utf8').trim()
  const typed = await terminal.ask('Personal key: ', { hidden: true })
  if (typed === null)
    throw new UsageError('There is no terminal to ask at. Give the personal key with --operator-key-file.')
  return typed.trim()
}
