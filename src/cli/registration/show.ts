import type { Command } from 'commander'
import type { RegisteredContact } from '../../registration/index.js'
import { listOf, printFields, shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  jsonOption,
  nameOf,
  revealOption,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession, type Session } from '../session.js'
import type { Terminal } from '../terminal.js'
import { actLine, contactLine, identityFields, moveLine, partLines, standingFields } from './lines.js'
import { missingLines } from './missing.js'
import type { ShownRegistration } from './read.js'

interface ShowOptions extends ServiceOptions {
  readonly json?: boolean
  readonly reveal?: boolean
}

export function addShowCommand(registration: Command, terminal: Terminal): void {
  const show = addServiceOptions(
    registration.command('show').description('show a registration: where it stands, and what is missing'),
  )
    .addOption(revealOption('the contacts'))
    .addOption(jsonOption())
    .action((options: ShowOptions) => showRegistration(terminal, options))
  addExamples(
    show,
    [
      'registration show --authority kunta_ws --service kunta_ws_1',
      'registration show --authority kunta_ws --service kunta_ws_1 --reveal --json',
    ],
    '{ authorityId, id, environment, state, stateAt, suspendedFrom, reason, businessId, authorityNames, serviceNames, wishes, revision, approvals, changedAt, contacts: "[hidden]" | [{ name, email, phone, role }], certificates, process, files, missing: [{ code, text: { fi, sv, en }, command }], moves: [{ move, to, needsReason, possible, lacks }], waitingDeliveries, history: [{ at, actor, act, subject }] }',
  )
}

async function showRegistration(terminal: Terminal, options: ShowOptions): Promise<void> {
  const { found, contacts } = await withSession(terminal, (session) => read(terminal, session, options))
  // From here on the audit row is committed.
  if (options.json === true) return terminal.json({ ...found, contacts: contacts ?? found.contacts })
  terminal.out(terminal.paint.bold(`${nameOf(found)}  ${shown(found.serviceNames.fi)}`))
  printFields(terminal, [
    ...standingFields(found),
    ...identityFields(found),
    ['contacts', contacts === null ? '[hidden] (--reveal shows them)' : listOf(contacts.map(contactLine))],
    ['certificates', listOf(await certificates(found))],
    ['process', listOf(partLines(found.process))],
    ['files', listOf(found.files.map((file) => `${file.id}  ${shown(file.name)}`))],
    ['approved by', listOf(found.approvals.map(shown))],
    ['missing', listOf(missingLines(terminal, found.missing))],
    ['moves', listOf(found.moves.map(moveLine))],
    ['waiting', `${found.waitingDeliveries} deliveries`],
    ['history', listOf(found.history.map(actLine))],
  ])
}

async function read(
  terminal: Terminal,
  session: Session,
  options: ShowOptions,
): Promise<{ found: ShownRegistration; contacts: readonly RegisteredContact[] | null }> {
  const { noteReveal, readRegistration } = await import('./read.js')
  const found = await readRegistration(session, options)
  if (options.reveal !== true) return { found, contacts: null }
  const act = { key: serviceIdOf(options), actor: actorOf(terminal) }
  await session.db.withTransaction((tx) => noteReveal(tx, act))
  return { found, contacts: found.contacts.reveal() }
}

async function certificates(found: ShownRegistration): Promise<string[]> {
  const { certificateLines } = await import('../service/certificates.js')
  return certificateLines(found.certificates)
}
