import { Option, type Command } from 'commander'
import type { Environment, ServiceSettings } from '../../registration/index.js'
import type { Certificate } from '../../trust/index.js'
import { loadConfigured, runChecks, warningsAbout } from '../certificates.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { CommandError, UsageError } from '../errors.js'
import { shown } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  nameOf,
  parseBillingId,
  parseName,
  readFile,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession, type Session } from '../session.js'
import type { Terminal } from '../terminal.js'
import { printAdded, printJson, type Stored } from './added.js'

interface AddOptions extends ServiceOptions, Confirming {
  readonly name: string
  readonly certificate: string
  readonly environment?: Environment
  readonly authorityName?: string
  readonly mayListAccounts?: boolean
  readonly billingId?: string
  readonly billingPasswordFile?: string
  readonly json?: boolean
}

export function addAddCommand(service: Command, terminal: Terminal): void {
  const add = addServiceOptions(
    service
      .command('add')
      .description(
        'register a service with its certificate, open for tests; or a further certificate for a service that exists',
      ),
  )
    .requiredOption('--name <name>', 'name of the service, for people', parseName)
    .requiredOption('--certificate <file>', 'X.509 certificate it signs with, PEM or DER')
    .addOption(
      new Option('--environment <which>', 'what it is for; test when not given').choices(['test', 'production']),
    )
    .option('--authority-name <name>', "name of the authority when it is new; the service's name otherwise", parseName)
    .option('--may-list-accounts', 'let it ask for every account (HaeAsiakkaita, KyselyLaji Kaikki)')
    .option('--billing-id <id>', 'billing id at the printing provider, for letters without Laskutus', parseBillingId)
    .option(
      '--billing-password-file <file>',
      'file with the billing password (4 characters), when the provider wants one',
    )
  addYesOption(add, terminal)
    .addOption(jsonOption())
    .action((options: AddOptions) => addService(terminal, options))
  addExamples(
    add,
    [
      'service add --authority kunta_ws --service kunta_ws_1 --name Päätökset --certificate kunta.crt.pem',
      "service add --authority kunta_ws --service kunta_ws_1 --name Päätökset --certificate uusi.pem --authority-name 'Esimerkkikunta' --yes",
    ],
    '{ authorityId, id, name, isNew, environment, state, certificate: { fingerprint, subject, notBefore, notAfter, status }, warnings: [text] }',
  )
}

async function addService(terminal: Terminal, options: AddOptions): Promise<void> {
  const settings = await settingsOf(options)
  const certificate = await readCertificateFile(options.certificate)
  await withSession(terminal, async (session) => {
    const authorities = await loadConfigured(session.config)
    const before = await findStored(session, options, certificate)
    const warnings = await warningsOf(session, { options, certificate, before })
    for (const warning of warnings) terminal.note(warning)
    await confirm(terminal, options, summaryOf(options, { certificate, settings, before }))
    await writeService(session, { options, certificate, settings, actor: actorOf(terminal) })
    if (authorities !== null)
      await runChecks(terminal, session, { authorities, fingerprints: [certificate.fingerprint] })
    const after = (await findStored(session, options, certificate))!
    const status = authorities === null ? null : (after.certificate?.status ?? null)
    if (status !== null && status.state !== 'good')
      terminal.note(`What the look at its CA found: ${shown(status.reason)}.`)
    if (options.json === true) return printJson(terminal, { after, status, warnings, isNew: before === null })
    await printAdded(terminal, after, status)
  })
}

async function writeService(
  { db }: Session,
  {
    options,
    certificate,
    settings,
    actor,
  }: { options: AddOptions; certificate: Certificate; settings: ServiceSettings; actor: string },
): Promise<void> {
  const { services, certificates, audit } = await import('../../store/index.js')
  const { MAX_CERTIFICATES } = await import('../../registration/index.js')
  const { name, environment = 'test', authorityName = name } = options
  const key = serviceIdOf(options)
  await db.withTransaction(async (tx) => {
    // The locks of registering over SOAP, in their order: nobody registers the same service or certificate at this moment.
    await services.lockAuthority(tx, key.authorityId, authorityName)
    await services.lockService(tx, key)
    await services.lockCertificate(tx, certificate.fingerprint)
    const others = (await certificates.keysOf(tx, key)).filter((one) => one.fingerprint !== certificate.fingerprint)
    if (others.length >= MAX_CERTIFICATES)
      throw new CommandError(
        'REFUSED',
        `${nameOf(key)} has ${MAX_CERTIFICATES} certificates already. Take one away: ${CLI} service certificate remove --help`,
      )
    // Whatever it is for: production needs more than a certificate (docs/joining.md).
    await services.addService(tx, { ...key, name, environment, authorityName, state: 'test' })
    await services.addCertificate(tx, key, certificate)
    await services.changeSettings(tx, key, settings)
    const subject = { ...key, fingerprint: certificate.fingerprint, settings: Object.keys(settings) }
    await audit.insertAudit(tx, { actor, act: 'service.added', subject })
  })
}

async function findStored(
  { db }: Session,
  { authority, service }: ServiceOptions,
  { fingerprint }: Certificate,
): Promise<Stored | null> {
  const { certificates, services } = await import('../../store/index.js')
  const found = (await services.listServices(db)).find((one) => one.authorityId === authority && one.id === service)
  const registered = await certificates.listRegistrations(db, { authorityId: authority, serviceId: service })
  if (found === undefined) return null
  return { service: found, certificate: registered.find((one) => one.fingerprint === fingerprint) ?? null }
}

function summaryOf(
  options: AddOptions,
  { certificate, settings, before }: { certificate: Certificate; settings: ServiceSettings; before: Stored | null },
): string[] {
  const service = nameOf(serviceIdOf(options))
  const names = Object.keys(settings)
  return [
    before === null
      ? `${service} is registered as ${options.name}, for ${options.environment ?? 'test'}, and open for tests.`
      : `${service} is there already, in the state ${before.service.state}; its name: ${shown(before.service.name)} → ${options.name}.`,
    `It may sign with ${shown(certificate.subject)} (${certificate.fingerprint.slice(0, 16)}).`,
    ...(names.length === 0 ? [] : [`Settings: ${names.join(', ')}.`]),
  ]
}

async function warningsOf(
  { db, config }: Session,
  { options, certificate, before }: { options: AddOptions; certificate: Certificate; before: Stored | null },
): Promise<string[]> {
  const { services } = await import('../../store/index.js')
  const owner = await services.findCertificateOwner(db, certificate.fingerprint)
  const isShared = owner?.services.some(({ authorityId }) => authorityId !== options.authority) === true
  const { authorityName, environment } = options
  const known = (await services.listServices(db)).find((one) => one.authorityId === options.authority)?.authorityName
  return [
    ...(await warningsAbout(certificate, config)),
    ...(isShared
      ? ['The same certificate is registered for another authority too; make sure that this is meant.']
      : []),
    ...(authorityName !== undefined && known !== undefined && known !== authorityName
      ? [`The authority is known as ${shown(known)} already and keeps that name.`]
      : []),
    ...(before !== null && environment !== undefined && environment !== before.service.environment
      ? [
          `The service is registered for ${before.service.environment} and stays so. See: ${CLI} service set --environment`,
        ]
      : []),
  ]
}

/** @throws CommandError FILE_UNREADABLE */
async function readCertificateFile(file: string): Promise<Certificate> {
  const bytes = readFile(file)
  const { readCertificate } = await import('../../trust/index.js')
  try {
    return readCertificate(bytes)
  } catch (cause) {
    throw new CommandError(
      'FILE_UNREADABLE',
      `${file} does not hold an X.509 certificate. Give the certificate that belongs to the signing key, as PEM or DER.`,
      { cause },
    )
  }
}

/** @throws RegistrationError SETTINGS_INVALID */
async function settingsOf({ mayListAccounts, billingId, billingPasswordFile }: AddOptions): Promise<ServiceSettings> {
  if (billingId === undefined && billingPasswordFile !== undefined)
    throw new UsageError('A billing password belongs to a billing id: give --billing-id too.')
  const { checkSettings } = await import('../../registration/index.js')
  return checkSettings({
    ...(mayListAccounts === true && { mayListAccounts }),
    ...(billingId !== undefined && {
      billing: { id: billingId, password: billingPassword(billingPasswordFile), costCentre: null },
    }),
  })
}

function billingPassword(file: string | undefined): string | null {
  if (file === undefined) return null
  const password = readFile(file).toString('utf8').trim()
  if (password.length !== 4) throw new UsageError(`${file} does not hold a billing password of 4 characters.`)
  return password
}
