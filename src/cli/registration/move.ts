import { Argument, type Command } from 'commander'
import { moveNames, moves, type MoveName } from '../../registration/index.js'
import { confirm, yesOption, type Confirming } from '../confirm.js'
import { addExamples, addServiceOptions, CLI, jsonOption, serviceIdOf, type ServiceOptions } from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'
import { notFound, noteMissing } from './show.js'

interface MoveOptions extends ServiceOptions, Confirming {
  readonly reason?: string
  readonly json?: boolean
}

const HELP = moveNames
  .map((name) => {
    const { from, to, needsReason } = moves[name]
    return `  ${name.padEnd(13)} ${from.join(', ')} → ${to === 'before' ? 'where it was' : to}${needsReason ? ' (needs --reason)' : ''}`
  })
  .join('\n')

export function addMoveCommand(registration: Command, terminal: Terminal): void {
  const move = addServiceOptions(
    registration
      .command('move')
      .description('move a service to another state; in force from its next request on')
      .addArgument(new Argument('<move>', 'what to do').choices(moveNames)),
  )
    .option('--reason <text>', 'why; kept in the audit and shown to the authority')
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText('after', `\nMoves:\n${HELP}`)
    .action((name: MoveName, options: MoveOptions) => moveService(terminal, name, options))
  addExamples(move, [
    'registration move open-test --authority kunta_ws --service kunta_ws_1',
    "registration move suspend --authority kunta_ws --service kunta_ws_1 --reason 'avain vuotanut' --yes",
  ])
}

async function moveService(terminal: Terminal, move: MoveName, options: MoveOptions): Promise<void> {
  const { operators } = await import('../../operations/index.js')
  const { registrations } = await import('../../store/index.js')
  const service = serviceIdOf(options)
  const act = { service, actor: actorOf(terminal), move, reason: options.reason ?? null }
  await withSession(terminal, async (session) => {
    const read = () => registrations.findRegistration(session.db, session.sealer, service)
    const before = await read()
    if (before === null) throw notFound(options)
    const { to } = moves[move]
    const target = to === 'before' ? before.suspendedFrom : to
    await confirm(terminal, options, [
      `${options.authority} / ${options.service}: ${before.state} → ${target ?? '?'} (${move}).`,
    ])
    const acted = await operators.moveService({ ...session, clock: { now: () => new Date() } }, act)
    const after = (await read())!.state
    if (acted.kind === 'missing') terminal.exitCode = 1
    const missing = acted.kind === 'missing' ? acted.missing : []
    if (options.json === true) return terminal.json({ ...service, move, before: before.state, after, missing })
    if (acted.kind === 'done')
      return terminal.out(`${options.authority} / ${options.service} is in the state ${after}.`)
    terminal.note(`${options.authority} / ${options.service} stays in the state ${after}. What is missing:`)
    await noteMissing(terminal, missing)
    terminal.note(`Parts of the joining process are recorded with: ${CLI} registration record --help`)
  })
}
