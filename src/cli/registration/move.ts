import { Argument, type Command } from 'commander'
import { moveNames, moves, standingAfter, type MoveName, type ServiceState } from '../../registration/index.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  nameOf,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { ShownCertificate } from '../service/certificates.js'
import type { Terminal } from '../terminal.js'
import { explainMissing, missingLines } from './missing.js'

interface MoveOptions extends ServiceOptions, Confirming {
  readonly reason?: string
  readonly json?: boolean
}

const NEEDS: Readonly<Record<(typeof moves)[MoveName]['needs'], readonly string[]>> = {
  nothing: [],
  test: ['when nothing is missing for test'],
  production: ['when nothing is missing for production'],
  opening: ['when nothing is missing for production, on the announced day or later'],
  before: ['to production as open'],
}

const HELP = moveNames
  .map((name) => {
    const { from, to, needsReason, needs } = moves[name]
    const terms = [...NEEDS[needs], ...(needsReason ? ['with --reason'] : [])]
    const where = `${from.join(', ')} → ${to === 'before' ? 'where it was' : to}`
    return `  ${name.padEnd(13)} ${where}${terms.length === 0 ? '' : ` (${terms.join(', ')})`}`
  })
  .join('\n')

/** What a state means for the authority, told before a service gets into it. */
const MEANINGS: Readonly<Record<ServiceState, string>> = {
  draft: 'It may send nothing; the authority may hand it in again.',
  submitted: 'It may send nothing until an operator opens it for tests.',
  test: 'It may send to artificial persons only.',
  accepted: 'It may send to artificial persons only, until it is opened.',
  production: 'It may send to real persons, and to no others.',
  suspended: 'Nothing is taken from it; what it sent before waits.',
  withdrawn: 'Nothing is taken from it any more, for good; what it sent before is delivered.',
}

export function addMoveCommand(registration: Command, terminal: Terminal): void {
  const move = addServiceOptions(
    registration
      .command('move')
      .description('move a service to another state; in force from its next request on')
      .addArgument(new Argument('<move>', 'what to do').choices(moveNames)),
  )
    .option('--reason <text>', 'why; kept in the audit, and shown to the authority')
    .addHelpText('after', `\nMoves:\n${HELP}`)
  addYesOption(move, terminal)
    .addOption(jsonOption())
    .action((name: MoveName, options: MoveOptions) => moveService(terminal, name, options))
  addExamples(
    move,
    [
      'registration move open-test --authority kunta_ws --service kunta_ws_1',
      "registration move suspend --authority kunta_ws --service kunta_ws_1 --reason 'avain vuotanut' --yes",
    ],
    '{ authorityId, id, move, moved, before, after, missing: [{ code, text: { fi, sv, en }, command }], certificates (of return): [{ fingerprint, subject, notBefore, notAfter, daysLeft, status }] }',
  )
}

async function moveService(terminal: Terminal, move: MoveName, options: MoveOptions): Promise<void> {
  const { operators } = await import('../../operations/index.js')
  const { readFacts } = await import('./read.js')
  const service = serviceIdOf(options)
  const reason = options.reason ?? null
  await withSession(terminal, async (session) => {
    const before = (await readFacts(session, options)).registration
    const target = standingAfter(before, move, { by: 'operator', reason }).state
    await confirm(terminal, options, [
      `${nameOf(service)} (${shown(before.serviceNames.fi)}): ${before.state} → ${target}. ${MEANINGS[target]}`,
      ...(reason === null ? [] : [`Reason: ${shown(reason)}`]),
    ])
    const acted = await operators.moveService(session, { service, actor: actorOf(terminal), move, reason })
    const after = (await readFacts(session, options)).registration.state
    const missing = explainMissing(acted.kind === 'missing' ? acted.missing : [], service)
    const moved = acted.kind === 'done'
    if (!moved) terminal.exitCode = 1
    const { certificatesWithDays } = await import('../service/certificates.js')
    const certificates = move === 'return' ? await certificatesWithDays(session, service) : null
    if (options.json === true) {
      const told = { ...service, move, moved, before: before.state, after, missing }
      return terminal.json({ ...told, ...(certificates !== null && { certificates }) })
    }
    if (moved) terminal.out(`${nameOf(service)} is in the state ${after}. ${MEANINGS[after]}`)
    if (moved && certificates !== null) await printKeys(terminal, certificates)
    if (moved) return
    terminal.note(`${nameOf(service)} stays in the state ${after}. What is missing:`)
    for (const line of missingLines(terminal, missing)) terminal.note(`  ${line}`)
  })
}

/** Whoever was turned away keeps the key: that has to be meant. */
async function printKeys(terminal: Terminal, certificates: readonly ShownCertificate[]): Promise<void> {
  const { certificateLines } = await import('../service/certificates.js')
  if (certificates.length === 0) return terminal.out('No key may hand it in; another one needs a code.')
  terminal.out('These keys may hand it in again, and one that comes with a new code takes their place:')
  for (const line of certificateLines(certificates)) terminal.out(`  ${line}`)
  terminal.out(`To take one away now: ${CLI} service certificate remove --help`)
}
