import type { Command } from 'commander'
import type { callerProofs } from '../../store/index.js'
import { listOf, printFields, shown, without } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  flagsOf,
  jsonOption,
  nameOf,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { withSession, type Session } from '../session.js'
import type { Terminal } from '../terminal.js'
import { readService } from './read.js'

interface ShowOptions extends ServiceOptions {
  readonly json?: boolean
}

export function addShowCommand(service: Command, terminal: Terminal): void {
  const show = addServiceOptions(
    service.command('show').description('show all about a service: standing, settings, certificates, access, queue'),
  )
    .addOption(jsonOption())
    .action((options: ShowOptions) => showService(terminal, options))
  addExamples(
    show,
    ['service show --authority kunta_ws --service kunta_ws_1'],
    '{ authorityId, id, name, environment, actsIn, state, stateAt, suspendedFrom, reason, settings, certificates: [{ fingerprint, subject, notBefore, notAfter, daysLeft, status }], access: [{ id, kind, network, fingerprint, label, createdAt }], waitingDeliveries }',
  )
}

async function readAll(session: Session, options: ServiceOptions) {
  const { callerProofs, deliveries, registrations } = await import('../../store/index.js')
  const { environmentIn, withoutSecrets } = await import('../../registration/index.js')
  const { certificatesWithDays } = await import('./certificates.js')
  const { settings, ...service } = await readService(session, options)
  const key = serviceIdOf(options)
  const { stateAt, suspendedFrom, reason } = (await registrations.findRegistration(session.db, session.sealer, key))!
  const proofs = await callerProofs.listProofs(session.db)
  return {
    ...service,
    ...{ actsIn: environmentIn(service.state), stateAt, suspendedFrom, reason },
    settings: withoutSecrets(settings),
    certificates: await certificatesWithDays(session, key),
    access: proofs
      .filter((proof) => proof.authorityId === key.authorityId && proof.serviceId === key.id)
      .map((proof) => without(proof, 'authorityId', 'serviceId')),
    waitingDeliveries: await deliveries.countWaiting(session.db, key),
  }
}

async function showService(terminal: Terminal, options: ShowOptions): Promise<void> {
  const found = await withSession(terminal, (session) => readAll(session, options))
  if (options.json === true) return terminal.json(found)
  const { certificateLines } = await import('./certificates.js')
  const settings = Object.entries(found.settings as Record<string, unknown>)
  terminal.out(terminal.paint.bold(`${nameOf(found)}  ${shown(found.name)}`))
  printFields(terminal, [
    ['state', `${found.state} since ${shown(found.stateAt)}`],
    ...(found.suspendedFrom === null ? [] : [['before', found.suspendedFrom] as const]),
    ['why', shown(found.reason)],
    ['for', `${found.environment}; acts in ${found.actsIn}`],
    ['settings', listOf(settings.map(([name, value]) => `${name}  ${shown(JSON.stringify(value))}`))],
    ['certificates', listOf(certificateLines(found.certificates))],
    ['unsigned', listOf(found.access.map(accessLine))],
    ['waiting', `${found.waitingDeliveries} deliveries`],
  ])
  terminal.note(`How far its joining has come: ${CLI} registration show ${flagsOf(found)}`)
}

const accessLine = ({ kind, network, label }: Pick<callerProofs.ListedProof, 'kind' | 'network' | 'label'>): string =>
  `${kind}  ${network === null ? shown(label) : `${network}  ${shown(label)}`}`
