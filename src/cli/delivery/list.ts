import type { Command } from 'commander'
import type { deliveryLog } from '../../store/index.js'
import { CommandError } from '../errors.js'
import { noteLimit, printFields, printTable, shown } from '../layout.js'
import { addExamples, CLI, jsonOption, limitOption } from '../options.js'
import { withSession } from '../session.js'
import type { Terminal } from '../terminal.js'
import { addFilterOptions, filterOf, parseDeliveryId, stateOption, type FilterOptions } from './filter.js'

interface ListOptions extends FilterOptions {
  readonly json?: boolean
  readonly limit: number
}

export function addListCommands(delivery: Command, terminal: Terminal): void {
  const list = addFilterOptions(
    delivery.command('list').description('show deliveries, newest first: where they stand and why'),
  )
    .addOption(stateOption())
    .addOption(limitOption(20))
    .addOption(jsonOption())
    .action((options: ListOptions) => listDeliveries(terminal, options))
  addExamples(
    list,
    [
      'delivery list --state dead',
      'delivery list --state ready,scheduled --channel print',
      'delivery list --number 1095',
    ],
    '[{ id, state, channel, purpose, environment, authorityId, serviceId, number, createdAt, dueAt, finishedAt, attempts, reason }]',
  )
  const show = delivery
    .command('show')
    .description('show one delivery with every attempt')
    .argument('<id>', 'as delivery list shows it', parseDeliveryId)
    .addOption(jsonOption())
    .action((id: string, options: { json?: boolean }) => showDelivery(terminal, id, options))
  addExamples(
    show,
    ['delivery show 01a2074d-cfbf-726a-a40a-861d685fa00e'],
    '{ …as in the list, tries: [{ attempt, startedAt, endedAt, outcome, code, detail }] }',
  )
}

async function listDeliveries(terminal: Terminal, options: ListOptions): Promise<void> {
  const { deliveryLog } = await import('../../store/index.js')
  const { limit } = options
  const rows = await withSession(terminal, ({ db }) => deliveryLog.listDeliveries(db, filterOf(options), { limit }))
  if (options.json === true) return terminal.json(rows)
  if (rows.length === 0) return terminal.note('No delivery fits.')
  printTable(
    terminal,
    ['ID', 'STATE', 'CHANNEL', 'WHAT', 'MESSAGE', 'SERVICE', 'QUEUED', 'ENDED', 'TRIES', 'REASON'],
    rows.map((row) => [
      ...[row.id, row.state, row.channel, row.purpose, row.number ?? '-', shown(row.serviceId)],
      ...[shown(row.createdAt), shown(row.finishedAt), String(row.attempts), shown(row.reason)],
    ]),
  )
  noteLimit(terminal, { count: rows.length, limit, which: 'newest' })
}

async function showDelivery(terminal: Terminal, id: string, { json }: { json?: boolean }): Promise<void> {
  const { deliveryLog } = await import('../../store/index.js')
  const { row, tries } = await withSession(terminal, async ({ db }) => ({
    row: (await deliveryLog.listDeliveries(db, { ids: [id] }, { limit: 1 }))[0],
    tries: await deliveryLog.attemptsOf(db, id),
  }))
  if (row === undefined) throw new CommandError('NOT_FOUND', `There is no delivery ${id}. See: ${CLI} delivery list`)
  if (json === true) return terminal.json({ ...row, tries })
  printFields(terminal, [
    ['delivery', row.id],
    ['what', `${row.purpose} by ${row.channel}, ${row.environment} side`],
    ['message', row.number ?? '-'],
    ['service', `${shown(row.authorityId)} / ${shown(row.serviceId)}`],
    ['state', `${row.state}${row.reason === null ? '' : `, ${row.reason}`}`],
    ['queued', shown(row.createdAt)],
    [row.finishedAt === null ? 'next try' : 'ended', shown(row.finishedAt ?? row.dueAt)],
    ['tries', tries.length === 0 ? 'none yet' : tries.map(lineOf).join('\n')],
  ])
}

const lineOf = ({ attempt, startedAt, endedAt, outcome, code, detail }: deliveryLog.LoggedAttempt): string =>
  [
    `${attempt}.`,
    shown(new Date(startedAt)),
    outcome ?? 'under way',
    ...(code === null ? [] : [code]),
    ...(endedAt === null ? [] : [`${Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))} ms`]),
    ...(detail === null ? [] : [shown(JSON.stringify(detail))]),
  ].join('  ')
