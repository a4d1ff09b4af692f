import { Option, type Command } from 'commander'
import { APPROVALS_NEEDED, serviceStates, type ServiceState } from '../../registration/index.js'
import { noteLimit, printTable, shown, without } from '../layout.js'
import { addExamples, CLI, jsonOption, limitOption } from '../options.js'
import { withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

interface ListOptions {
  readonly state?: ServiceState
  readonly limit: number
  readonly json?: boolean
}

export function addListCommand(registration: Command, terminal: Terminal): void {
  const list = registration
    .command('list')
    .description('show registrations, those that changed last first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(serviceStates))
    .addOption(limitOption(100))
    .addOption(jsonOption())
    .action((options: ListOptions) => listRegistrations(terminal, options))
  addExamples(
    list,
    ['registration list --state submitted', 'registration list --json'],
    '[{ authorityId, id, authorityNames, serviceNames, businessId, environment, state, stateAt, suspendedFrom, reason, wishes, revision, approvals, changedAt }]',
  )
}

async function listRegistrations(terminal: Terminal, { state, limit, json }: ListOptions): Promise<void> {
  const { registrations } = await import('../../store/index.js')
  const all = await withSession(terminal, ({ db, sealer }) =>
    registrations.listRegistrations(db, sealer, { state, limit }),
  )
  // Contacts are opened by `show --reveal` only.
  if (json === true) return terminal.json(all.map((one) => without(one, 'contacts', 'process')))
  if (all.length === 0) return terminal.note(`There is no such registration. See: ${CLI} registration list --help`)
  const rows = all.map((one) => [
    ...[shown(one.authorityId), shown(one.id), shown(one.serviceNames.fi), one.state, shown(one.stateAt)],
    ...[one.environment, one.environment === 'test' ? '-' : `${one.approvals.length} of ${APPROVALS_NEEDED}`],
  ])
  printTable(terminal, ['AUTHORITY', 'SERVICE', 'NAME', 'STATE', 'SINCE', 'FOR', 'APPROVALS'], rows)
  noteLimit(terminal, { count: all.length, limit, which: 'newest' })
}
