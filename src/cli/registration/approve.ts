import { InvalidArgumentError, Option, type Command } from 'commander'
import { APPROVALS_NEEDED } from '../../registration/index.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { CommandError, UsageError } from '../errors.js'
import { shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  nameOf,
  readFile,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession, type Session } from '../session.js'
import type { Terminal } from '../terminal.js'
import type { Facts } from './read.js'

interface ApproveOptions extends ServiceOptions, Confirming {
  readonly operatorKeyFile?: string
  readonly revision?: number
  readonly json?: boolean
}

export function addApproveCommand(registration: Command, terminal: Terminal): void {
  const approve = addServiceOptions(
    registration
      .command('approve')
      .description('approve for production what is registered now; two different operators have to'),
  )
    .option('--operator-key-file <file>', 'file with the personal key; asked for at the terminal otherwise')
    .addOption(
      new Option('--revision <n>', 'only if this is still the revision, as registration show shows it').argParser(
        parseRevision,
      ),
    )
  addYesOption(approve, terminal)
    .addOption(jsonOption())
    .action((options: ApproveOptions) => approveRegistration(terminal, options))
  addExamples(
    approve,
    [
      'registration approve --authority kunta_ws --service kunta_ws_1',
      'registration approve --authority kunta_ws --service kunta_ws_1 --operator-key-file aino.key --revision 9 --yes',
    ],
    '{ authorityId, id, operator, revision, approvals: [name], needed: 2 }',
  )
}

function parseRevision(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give the revision as registration show shows it.')
  return Number(text)
}

async function approveRegistration(terminal: Terminal, options: ApproveOptions): Promise<void> {
  const { operators } = await import('../../operations/index.js')
  const { readFacts } = await import('./read.js')
  const service = serviceIdOf(options)
  const key = await operatorKey(terminal, options)
  await withSession(terminal, async (session) => {
    const facts = await readFacts(session, options)
    const looked = facts.registration.revision
    if ((options.revision ?? looked) !== looked)
      throw new CommandError(
        'REFUSED',
        `The registration is revision ${looked}, not ${options.revision}. Look at it again.`,
      )
    const operator = await operators.findOperator(session.db, key)
    if (operator === null) throw new CommandError('REFUSED', `This is no operator's key. See: ${CLI} operator list`)
    await confirm(terminal, options, await summaryOf(session, facts, operator))
    const act = { service, actor: actorOf(terminal), operator, revision: looked }
    const { revision, approvals } = await operators.approveRegistration(session, act)
    const needed = APPROVALS_NEEDED
    if (options.json === true) return terminal.json({ ...service, operator, revision, approvals, needed })
    terminal.out(`Revision ${revision} of ${nameOf(service)} is approved by ${approvals.map(shown).join(' and ')}.`)
    if (approvals.length < needed) terminal.note('Another operator has to approve it too, with another personal key.')
  })
}

async function summaryOf({ clock }: Session, facts: Facts, operator: string): Promise<string[]> {
  const { operators } = await import('../../operations/index.js')
  const { registration } = facts
  const others = operators.missingOf(facts, clock.now()).filter((code) => !code.startsWith('approval-'))
  const namesOf = (names: readonly string[]): string => names.map(shown).join(', ') || 'none'
  return [
    `${shown(operator)} approves revision ${registration.revision} of ${nameOf(registration)} for production.`,
    `Approvals of this revision so far: ${namesOf(registration.approvals)}. Missing besides: ${namesOf(others)}.`,
  ]
}

/** The key itself is never an argument: the list of processes would show it. */
async function operatorKey(terminal: Terminal, { operatorKeyFile }: ApproveOptions): Promise<string> {
  if (operatorKeyFile !== undefined) return readFile(operatorKeyFile).toString('utf8').trim()
  const typed = await terminal.askHidden('Personal key: ')
  if (typed === null)
    throw new UsageError('There is nobody to ask for the personal key. Give it with --operator-key-file.')
  return typed.trim()
}
