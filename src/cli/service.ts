import type { Command } from 'commander'
import { addCertificateCommands } from './certificates.js'
import { printTable, shown } from './layout.js'
import { addExamples, CLI, jsonOption } from './options.js'
import { addAddCommand } from './service/add.js'
import { addSetCommand } from './service/set.js'
import { addShowCommand } from './service/show.js'
import { withSession } from './session.js'
import type { Terminal } from './terminal.js'

export function addServiceCommands(program: Command, terminal: Terminal): void {
  const service = program.command('service').description('sending services and the certificates they sign with')
  addAddCommand(service, terminal)
  addSetCommand(service, terminal)
  addCertificateCommands(service, terminal)
  const list = service
    .command('list')
    .description('show the services and their certificates')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => listServices(terminal, options))
  addExamples(
    list,
    ['service list', 'service list --json'],
    '[{ authorityId, id, name, authorityName, environment, state, settings, certificates: [{ fingerprint, subject, notAfter, daysLeft, status }] }]',
  )
  addShowCommand(service, terminal)
}

async function listServices(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { services, certificates } = await import('../store/index.js')
  const { daysLeft } = await import('../certificates/index.js')
  const { withoutSecrets } = await import('../registration/index.js')
  const { list, registrations } = await withSession(terminal, async ({ db, config }) => ({
    list: await services.listServices(db),
    // What was found in days when CAs were configured decides nothing today.
    registrations: config.caFiles === undefined ? [] : await certificates.listRegistrations(db),
  }))
  const now = new Date()
  const all = list.map((service) => ({
    ...service,
    settings: withoutSecrets(service.settings),
    certificates: service.certificates.map((certificate) => ({
      ...certificate,
      daysLeft: daysLeft(new Date(certificate.notAfter), now),
      status:
        registrations.find(
          (one) =>
            one.authorityId === service.authorityId &&
            one.serviceId === service.id &&
            one.fingerprint === certificate.fingerprint,
        )?.status ?? null,
    })),
  }))
  if (json === true) return terminal.json(all)
  if (all.length === 0) return terminal.note(`No service is registered yet. See: ${CLI} service add --help`)
  const rows = all.flatMap((service) => {
    const names = [shown(service.authorityId), shown(service.id), shown(service.name)]
    const about = [...names, service.environment, service.state]
    if (service.certificates.length === 0) return [[...about, '-', '-', '-', '-', '-']]
    return service.certificates.map(({ subject, notAfter, fingerprint, ...certificate }) => [
      ...[...about, shown(subject), notAfter.slice(0, 10), String(certificate.daysLeft)],
      ...[certificate.status?.state ?? '-', fingerprint.slice(0, 16)],
    ])
  })
  printTable(
    terminal,
    ['AUTHORITY', 'SERVICE', 'NAME', 'FOR', 'STATE', 'CERTIFICATE', 'VALID TO', 'DAYS', 'STATUS', 'SHA-256'],
    rows,
  )
}
