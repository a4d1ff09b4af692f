import type { Command } from 'commander'
import { addYesOption, confirm, type Confirming } from './confirm.js'
import { CommandError } from './errors.js'
import { printFields, printTable, shown } from './layout.js'
import { addExamples, CLI, jsonOption, parseId } from './options.js'
import { actorOf, withSession } from './session.js'
import type { Terminal } from './terminal.js'

interface OperatorOptions extends Confirming {
  readonly json?: boolean
}

/** People who approve registrations, each with a personal key (ADR 17). */
export function addOperatorCommands(program: Command, terminal: Terminal): void {
  const operator = program.command('operator').description('people who may approve, each with a personal key')
  const add = operator
    .command('add')
    .description('add somebody and make a personal key; it is shown once and kept as a hash')
    .argument('<name>', 'who it is', parseId)
  addYesOption(add, terminal)
    .addOption(jsonOption())
    .action((name: string, options: OperatorOptions) => addOperator(terminal, name, options))
  addExamples(add, ['operator add aino.esimerkki', 'operator add aino.esimerkki --yes --json'], '{ name, key }')
  const list = operator
    .command('list')
    .description('show who may approve')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => listOperators(terminal, options))
  addExamples(list, ['operator list'], '[{ name, createdBy, createdAt, removedAt }]')
  const remove = operator
    .command('remove')
    .description('take the right away; what was approved with it counts no more')
    .argument('<name>', 'as operator list shows it', parseId)
  addYesOption(remove, terminal)
    .addOption(jsonOption())
    .action((name: string, options: OperatorOptions) => removeOperator(terminal, name, options))
  addExamples(remove, ['operator remove aino.esimerkki'], '{ name, removed: true }')
}

async function addOperator(terminal: Terminal, name: string, options: OperatorOptions): Promise<void> {
  await confirm(terminal, options, [`${name} may approve registrations, with a personal key.`])
  const { operators } = await import('../operations/index.js')
  const actor = actorOf(terminal)
  const key = await withSession(terminal, (session) => operators.addOperator(session, { name, actor }))
  if (key === null)
    throw new CommandError('NOT_HERE', `There is, or was, an operator called ${name}. Choose another name.`)
  if (options.json === true) return terminal.json({ name, key })
  printFields(terminal, [
    ['operator', shown(name)],
    ['key', terminal.paint.bold(key)],
  ])
  terminal.note('The key is not shown again, and stands for this person: give it to nobody else.')
}

async function listOperators(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { operators } = await import('../store/index.js')
  const all = await withSession(terminal, ({ db }) => operators.listOperators(db))
  if (json === true) return terminal.json(all)
  if (all.length === 0) return terminal.note(`Nobody may approve yet. See: ${CLI} operator add --help`)
  const rows = all.map((one) => [shown(one.name), shown(one.createdAt), shown(one.createdBy), shown(one.removedAt)])
  printTable(terminal, ['OPERATOR', 'SINCE', 'ADDED BY', 'REMOVED'], rows)
}

async function removeOperator(terminal: Terminal, name: string, options: OperatorOptions): Promise<void> {
  await confirm(terminal, options, [`${name} may no longer approve; what ${name} has approved counts no more.`])
  const { operators } = await import('../operations/index.js')
  const actor = actorOf(terminal)
  if (!(await withSession(terminal, (session) => operators.removeOperator(session, { name, actor }))))
    throw new CommandError('NOT_FOUND', `There is no operator called ${name}. See: ${CLI} operator list`)
  if (options.json === true) return terminal.json({ name, removed: true })
  terminal.out(`${name} may no longer approve; what ${name} has approved counts no more.`)
}
