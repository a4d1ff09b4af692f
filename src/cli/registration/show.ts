import type { Command } from 'commander'
import type { JoiningProcess, ProcessPart, RegisteredContact, Requirement } from '../../registration/index.js'
import type { audit, registrations } from '../../store/index.js'
import { CommandError } from '../errors.js'
import { printFields, shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  revealOption,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession, type Session } from '../session.js'
import type { Terminal } from '../terminal.js'

interface ShowOptions extends ServiceOptions {
  readonly json?: boolean
  readonly reveal?: boolean
}

const ACTS = 50

export function addShowCommand(registration: Command, terminal: Terminal): void {
  const show = addServiceOptions(registration.command('show').description('show a registration and what it lacks'))
    .addOption(revealOption('the contacts'))
    .addOption(jsonOption())
    .action((options: ShowOptions) => showRegistration(terminal, options))
  addExamples(show, [
    'registration show --authority kunta_ws --service kunta_ws_1',
    'registration show --authority kunta_ws --service kunta_ws_1 --json',
  ])
}

export const notFound = ({ authority, service }: ServiceOptions): CommandError =>
  new CommandError('NOT_FOUND', `There is no service ${authority} / ${service}. See: ${CLI} registration list`)

async function readAll({ db, sealer }: Session, options: ShowOptions, actor: string) {
  const { audit, certificates, deliveries, registrations } = await import('../../store/index.js')
  const { operators } = await import('../../operations/index.js')
  const { movesFrom } = await import('../../registration/index.js')
  const key = serviceIdOf(options)
  const clock = { now: () => new Date() }
  return db.withTransaction(async (tx) => {
    const facts = await operators.findFacts({ db: tx, sealer, clock }, key)
    if (facts === null) throw notFound(options)
    const { registration } = facts
    if (options.reveal === true) await audit.insertAudit(tx, { actor, act: 'registration.revealed', subject: key })
    return {
      registration,
      contacts: options.reveal === true ? registration.contacts.reveal() : null,
      missing: operators.missingOf(facts, clock.now()),
      moves: movesFrom(registration.state, 'operator'),
      certificates: await certificates.listRegistrations(tx, { authorityId: key.authorityId, serviceId: key.id }),
      files: await registrations.listFiles(tx, key),
      waitingDeliveries: await deliveries.countWaiting(tx, key),
      acts: await audit.listActs(tx, key, { limit: ACTS }),
    }
  })
}

async function showRegistration(terminal: Terminal, options: ShowOptions): Promise<void> {
  const found = await withSession(terminal, (session) => readAll(session, options, actorOf(terminal)))
  const { requirementTexts } = await import('../../registration/index.js')
  const missing = found.missing.map((code) => ({ code, text: requirementTexts[code].en }))
  if (options.json === true) return terminal.json({ ...found, missing })
  const { registration } = found
  terminal.out(terminal.paint.bold(`${shown(registration.authorityId)} / ${shown(registration.id)}`))
  printFields(terminal, [
    ...standing(registration),
    ...identity(registration, found.contacts),
    [
      'certificates',
      listOf(
        found.certificates.map(
          (one) => `${one.fingerprint.slice(0, 16)} ${shown(one.subject)}, until ${shown(one.notAfter)}`,
        ),
      ),
    ],
    ['recorded', listOf(partsOf(registration.process))],
    ['files', listOf(found.files.map((file) => `${file.id} ${shown(file.name)}`))],
    ['approved by', listOf(registration.approvals.map(shown))],
    ['waiting', `${found.waitingDeliveries} deliveries`],
    ['moves', found.moves.join(', ') || '-'],
    ['missing', listOf(missing.map(({ code, text }) => `${code}: ${text}`))],
    ['history', listOf(found.acts.map(lineOf))],
  ])
}

const listOf = (lines: readonly string[]): string => (lines.length === 0 ? '-' : lines.join('\n'))

const standing = ({ state, stateAt, reason, suspendedFrom, environment, revision }: registrations.Registration) =>
  [
    ['state', `${state} since ${shown(stateAt)}${suspendedFrom === null ? '' : `, before that ${suspendedFrom}`}`],
    ['why', shown(reason)],
    ['for', environment],
    ['revision', String(revision)],
  ] as const

const identity = (
  { businessId, authorityNames, serviceNames, wishes }: registrations.Registration,
  contacts: readonly RegisteredContact[] | null,
) =>
  [
    ['authority', `${shown(authorityNames.fi)} (${shown(businessId)})`],
    ['service', shown(serviceNames.fi)],
    ['asked for', shown(wishes.operations?.join(', ') ?? 'all operations')],
    ['contacts', contacts === null ? '[hidden] (--reveal shows them)' : listOf(contacts.map(contactLine))],
  ] as const

const contactLine = ({ name, role, email, phone }: RegisteredContact): string =>
  [`${shown(name)} (${role})`, email, phone]
    .filter((part) => part !== null)
    .map(shown)
    .join(', ')

/** The key facts of each part; all of it is in the JSON. */
function partsOf(process: JoiningProcess): string[] {
  const { agreement, deploymentPlan, selfAudit, security, testAgreement, testReport, conformance } = process
  const facts: Readonly<Record<ProcessPart, string | undefined>> = {
    agreement: agreement && `${shown(agreement.reference)}, until ${agreement.validTo ?? 'further notice'}`,
    deploymentPlan:
      deploymentPlan &&
      `${deploymentPlan.tasks.filter(({ doneOn }) => doneOn).length} of ${deploymentPlan.tasks.length} tasks done`,
    selfAudit: selfAudit && `version ${selfAudit.version}, until ${selfAudit.expiresOn}`,
    security: security && `version ${security.version}, answered ${security.answeredOn}`,
    testAgreement: testAgreement && `${testAgreement.scheduleFrom} – ${testAgreement.scheduleTo}`,
    testReport: testReport && `${testReport.result}, ${testReport.on}`,
    conformance:
      conformance &&
      `${conformance.passed ? 'passed' : 'failed'}, ${conformance.on}, stated by ${shown(conformance.statedBy)}`,
    productionDate: process.productionDate?.announcedOn,
  }
  return Object.entries(facts).flatMap(([part, fact]) => (fact === undefined ? [] : [`${part}: ${fact}`]))
}

function lineOf({ at, actor, act, subject }: audit.AuditRow): string {
  const { move, from, to, reason, part, operator } = subject
  const what = move === undefined ? [part, operator] : [`${String(move)}: ${String(from)} → ${String(to)}`, reason]
  const told = what.filter((one) => one !== undefined && one !== null).map((one) => shown(String(one)))
  return `${shown(at)}  ${act}  ${told.join(', ')}  (${shown(actor)})`
}

/** What is missing, a line each with what to do; for moves that cannot be made yet. */
export async function noteMissing(terminal: Terminal, missing: readonly Requirement[]): Promise<void> {
  const { requirementTexts } = await import('../../registration/index.js')
  for (const code of missing) terminal.note(`  ${code}: ${requirementTexts[code].en}`)
}
