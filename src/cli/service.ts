import { Option, type Command } from 'commander'
import type { Environment, ServiceSettings } from '../registration/index.js'
import { addCertificateCommands, loadConfigured, runChecks, warningsAbout } from './certificates.js'
import { CommandError, UsageError } from './errors.js'
import { printFields, printTable, shown } from './layout.js'
import { addExamples, CLI, jsonOption, parseBillingId, parseId, parseName, readFile } from './options.js'
import { addServiceSettingsCommand } from './service-settings.js'
import { actorOf, withSession } from './session.js'
import type { Terminal } from './terminal.js'

interface AddOptions {
  readonly authority: string
  readonly service: string
  readonly name: string
  readonly certificate: string
  readonly environment: Environment
  readonly authorityName?: string
  readonly mayListAccounts?: boolean
  readonly billingId?: string
  readonly billingPasswordFile?: string
}

export function addServiceCommands(program: Command, terminal: Terminal): void {
  const service = program.command('service').description('sending services and the certificates they sign with')
  const add = service
    .command('add')
    .description('register a service with its certificate, or a further certificate for a service that exists')
    .requiredOption('--authority <id>', 'ViranomaisTunnus of the authority', parseId)
    .requiredOption('--service <id>', 'PalveluTunnus of the service', parseId)
    .requiredOption('--name <name>', 'name of the service, for people', parseName)
    .requiredOption('--certificate <file>', 'X.509 certificate it signs with, PEM or DER')
    .addOption(new Option('--environment <which>', 'what it is for').choices(['test', 'production']).default('test'))
    .option('--authority-name <name>', "name of the authority when it is new; the service's name otherwise", parseName)
    .option('--may-list-accounts', 'let it ask for every account (HaeAsiakkaita, KyselyLaji Kaikki)')
    .option('--billing-id <id>', 'billing id at the printing provider, for letters without Laskutus', parseBillingId)
    .option(
      '--billing-password-file <file>',
      'file with the billing password (4 characters), when the provider wants one',
    )
    .action((options: AddOptions) => addService(terminal, options))
  addExamples(add, [
    'service add --authority kunta_ws --service kunta_ws_1 --name Päätökset --certificate kunta.crt.pem',
    "service add --authority kunta_ws --service kunta_ws_1 --name Päätökset --certificate uusi.pem --authority-name 'Esimerkkikunta'",
  ])
  addServiceSettingsCommand(service, terminal)
  addCertificateCommands(service, terminal)
  const list = service
    .command('list')
    .description('show the services and their certificates')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => listServices(terminal, options))
  addExamples(list, ['service list', 'service list --json'])
}

async function addService(terminal: Terminal, options: AddOptions): Promise<void> {
  const pem = readFile(options.certificate)
  const { readCertificate } = await import('../trust/index.js')
  const certificate = readable(options.certificate, () => readCertificate(pem))
  const { services, audit } = await import('../store/index.js')
  const key = { authorityId: options.authority, id: options.service }
  const settings = settingsOf(options)
  await withSession(terminal, async (session) => {
    const { db, config } = session
    const authorities = await loadConfigured(config)
    const owner = await services.findCertificateOwner(db, certificate.fingerprint)
    await db.withTransaction(async (tx) => {
      await services.addService(tx, {
        ...key,
        name: options.name,
        environment: options.environment,
        state: 'test',
        ...(options.authorityName !== undefined && { authorityName: options.authorityName }),
      })
      await services.addCertificate(tx, key, certificate)
      await services.changeSettings(tx, key, settings)
      const subject = { ...key, fingerprint: certificate.fingerprint, settings: Object.keys(settings) }
      await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'service.added', subject })
    })
    if (authorities !== null)
      await runChecks(terminal, session, { authorities, fingerprints: [certificate.fingerprint] })
    const status =
      authorities === null ? null : (await services.findCertificateOwner(db, certificate.fingerprint))?.status
    const stored = (await services.listServices(db)).find(
      (one) => one.authorityId === key.authorityId && one.id === key.id,
    )
    terminal.out(`${options.name} may sign as ${key.authorityId} / ${key.id} from now on.`)
    printFields(terminal, [
      ['certificate', shown(certificate.subject)],
      ['fingerprint', `${certificate.fingerprint} (SHA-256)`],
      ['valid', `${shown(certificate.notBefore)} – ${shown(certificate.notAfter)}`],
      ...(status ? [['status', `${status.state} (${status.source})`] as const] : []),
    ])
    for (const warning of await warningsAbout(certificate, config)) terminal.note(warning)
    if (status && status.state !== 'good') terminal.note(`What the look at its CA found: ${shown(status.reason)}.`)
    if (owner?.services.some((other) => other.authorityId !== key.authorityId))
      terminal.note('The same certificate is registered for another authority too; make sure that this is meant.')
    if (options.authorityName !== undefined && stored?.authorityName !== options.authorityName)
      terminal.note(`The authority is known as ${shown(stored?.authorityName)} already and keeps that name.`)
  })
}

function settingsOf({ mayListAccounts, billingId, billingPasswordFile }: AddOptions): ServiceSettings {
  return {
    ...(mayListAccounts === true && { mayListAccounts }),
    ...(billingId !== undefined && {
      billing: { id: billingId, password: billingPassword(billingPasswordFile), costCentre: null },
    }),
  }
}

function billingPassword(file: string | undefined): string | null {
  if (file === undefined) return null
  const password = readFile(file).toString('utf8').trim()
  if (password.length !== 4) throw new UsageError(`${file} does not hold a billing password of 4 characters.`)
  return password
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new CommandError(
      'FILE_UNREADABLE',
      `${file} does not hold an X.509 certificate. Give the certificate that belongs to the signing key, as PEM or DER.`,
      { cause },
    )
  }
}

async function listServices(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { services, certificates } = await import('../store/index.js')
  const { daysLeft } = await import('../certificates/index.js')
  const { list, registrations } = await withSession(terminal, async ({ db, config }) => ({
    list: await services.listServices(db),
    // What was found in days when CAs were configured decides nothing today.
    registrations: config.caFiles === undefined ? [] : await certificates.listRegistrations(db),
  }))
  const now = new Date()
  const all = list.map((service) => ({
    ...service,
    settings: withoutPassword(service.settings),
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
    const about = [shown(service.authorityId), shown(service.id), shown(service.name), service.environment]
    if (service.certificates.length === 0) return [[...about, '-', '-', '-', '-', '-']]
    return service.certificates.map(({ subject, notAfter, fingerprint, ...certificate }) => [
      ...[...about, shown(subject), notAfter.slice(0, 10), String(certificate.daysLeft)],
      ...[certificate.status?.state ?? '-', fingerprint.slice(0, 16)],
    ])
  })
  printTable(
    terminal,
    ['AUTHORITY', 'SERVICE', 'NAME', 'FOR', 'CERTIFICATE', 'VALID TO', 'DAYS', 'STATUS', 'SHA-256'],
    rows,
  )
}

/** Settings as anybody may see them. */
function withoutPassword({ billing, ...settings }: ServiceSettings): object {
  return billing === undefined
    ? settings
    : { ...settings, billing: { ...billing, password: billing.password === null ? null : '[hidden]' } }
}
