import { InvalidArgumentError, type Command } from 'commander'
import type { Authorities } from '../certificates/index.js'
import type { Config } from '../config/index.js'
import type { certificates } from '../store/index.js'
import type { Certificate } from '../trust/index.js'
import { addYesOption, confirm, type Confirming } from './confirm.js'
import { CommandError, UsageError } from './errors.js'
import { printTable, shown } from './layout.js'
import { addExamples, addServiceOptions, CLI, jsonOption, nameOf, serviceIdOf, type ServiceOptions } from './options.js'
import { actorOf, withSession, type Session } from './session.js'
import type { Terminal } from './terminal.js'

const SHORT = 16

interface RemoveOptions extends ServiceOptions, Confirming {
  readonly fingerprint: string
  readonly json?: boolean
}

/** What happens to certificates after they were registered (docs/certificates.md). */
export function addCertificateCommands(service: Command, terminal: Terminal): void {
  const certificate = service.command('certificate').description('certificates of a service')
  const remove = addServiceOptions(
    certificate.command('remove').description('retire a certificate: from now on the service cannot sign with it'),
  ).requiredOption('--fingerprint <hex>', 'its SHA-256, or the beginning of it as service list shows it', parsePrefix)
  addYesOption(remove, terminal)
    .addOption(jsonOption())
    .action((options: RemoveOptions) => removeCertificate(terminal, options))
  addExamples(
    remove,
    ['service certificate remove --authority kunta_ws --service kunta_ws_1 --fingerprint 3f2a51c09be47d18'],
    '{ authorityId, id, removed: fingerprint, remaining: [{ fingerprint, subject, notAfter }] }',
  )
  const check = service
    .command('check-certificates')
    .description('look at chain and revocation of every registered certificate now (needs ASTI_CA_FILES)')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => checkCertificates(terminal, options))
  addExamples(check, ['service check-certificates', 'service check-certificates --json'])
}

function parsePrefix(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase()
  if (!/^[\da-f]{8,64}$/.test(digits))
    throw new InvalidArgumentError('Give 8 to 64 hexadecimal digits of the SHA-256, as service list shows it.')
  return digits
}

async function removeCertificate(terminal: Terminal, options: RemoveOptions): Promise<void> {
  const { audit, certificates } = await import('../store/index.js')
  const service = serviceIdOf(options)
  await withSession(terminal, async ({ db }) => {
    const registered = await certificates.listRegistrations(db, {
      authorityId: service.authorityId,
      serviceId: service.id,
    })
    const found = oneOf(registered, options)
    const remaining = registered.filter((one) => one !== found)
    await confirm(terminal, options, [
      `${shown(found.subject)} (${found.fingerprint.slice(0, SHORT)}) may no longer sign as ${nameOf(service)}.`,
      `Certificates of the service: ${registered.length} → ${remaining.length}.`,
    ])
    await db.withTransaction(async (tx) => {
      if (!(await certificates.removeRegistration(tx, found))) throw notFound(options)
      const subject = { ...service, fingerprint: found.fingerprint }
      await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'service.certificate-removed', subject })
    })
    if (options.json === true)
      return terminal.json({
        ...service,
        removed: found.fingerprint,
        remaining: remaining.map(({ fingerprint, subject, notAfter }) => ({ fingerprint, subject, notAfter })),
      })
    terminal.out(`${shown(found.subject)} may no longer sign as ${nameOf(service)}.`)
    if (remaining.length === 0)
      return terminal.note('No certificate remains: the service cannot sign anything until one is added.')
    terminal.out('What remains:')
    for (const one of remaining)
      terminal.out(`  ${one.fingerprint.slice(0, SHORT)}  ${shown(one.subject)}, until ${dateOf(one.notAfter)}`)
  })
}

/** @throws CommandError NOT_FOUND; UsageError when several begin alike */
function oneOf(registered: readonly certificates.RegistrationRow[], options: RemoveOptions) {
  const [found, ...more] = registered.filter(({ fingerprint }) => fingerprint.startsWith(options.fingerprint))
  if (found === undefined) throw notFound(options)
  if (more.length === 0) return found
  throw new UsageError(
    `Several certificates of the service begin with ${options.fingerprint}: give more digits of the one that is meant.`,
  )
}

const notFound = (options: RemoveOptions): CommandError =>
  new CommandError(
    'NOT_FOUND',
    `${nameOf(serviceIdOf(options))} has no certificate whose SHA-256 begins with ${options.fingerprint}. See: ${CLI} service list`,
  )

const dateOf = (date: Date): string => date.toISOString().slice(0, 10)

async function checkCertificates(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { certificates } = await import('../store/index.js')
  const { daysLeft } = await import('../certificates/index.js')
  await withSession(terminal, async (session) => {
    const { db, config } = session
    const authorities = await loadConfigured(config)
    if (authorities === null)
      throw new CommandError(
        'NOT_HERE',
        'No CA is configured (ASTI_CA_FILES): registration alone decides, and there is nothing to check.',
      )
    const fingerprints = (await certificates.listRegistrations(db)).map(({ fingerprint }) => fingerprint)
    await runChecks(terminal, session, { authorities, fingerprints: [...new Set(fingerprints)] })
    const now = new Date()
    const rows = await certificates.listRegistrations(db)
    if (rows.some(({ status }) => isRefused(status, config))) terminal.exitCode = 1
    if (json === true) return terminal.json(rows.map((row) => ({ ...row, daysLeft: daysLeft(row.notAfter, now) })))
    if (rows.length === 0) return terminal.note(`No certificate is registered yet. See: ${CLI} service add --help`)
    const table = rows.map(({ authorityId, serviceId, fingerprint, notAfter, status }) => [
      ...[shown(authorityId), shown(serviceId), fingerprint.slice(0, SHORT), String(daysLeft(notAfter, now))],
      ...[status?.state ?? '-', status?.source ?? '-', shown(status?.checkedAt), shown(status?.reason)],
    ])
    printTable(terminal, ['AUTHORITY', 'SERVICE', 'SHA-256', 'DAYS', 'STATUS', 'BY', 'FOUND', 'REASON'], table)
  })
}

/** null when no CA is configured. @throws AuthorityFileError CA_FILE */
export async function loadConfigured({ caFiles }: Config): Promise<Authorities | null> {
  if (caFiles === undefined) return null
  const { loadAuthorities } = await import('../certificates/index.js')
  return loadAuthorities(caFiles)
}

/** Looks at these certificates now; what is found stands in the database afterwards. */
export async function runChecks(
  terminal: Terminal,
  { db, config }: Session,
  { authorities, fingerprints }: { authorities: Authorities; fingerprints: readonly string[] },
): Promise<void> {
  const { createCertificateChecks } = await import('../certificates/index.js')
  const { systemClock } = await import('../clock.js')
  const { createLogger } = await import('../log.js')
  const log = createLogger({ level: 'error', destination: { write: (line) => terminal.note(line.trimEnd()) } })
  const checks = createCertificateChecks({ ...config, authorities }, { db, log, clock: systemClock })
  if (fingerprints.length > 0) await checks.run(fingerprints)
}

/** Whether requests are refused because of what is known; trust judges the same way. */
const isRefused = (status: certificates.StatusRow | null, { revocation }: Config): boolean =>
  status?.state === 'untrusted' ||
  (revocation !== 'off' && status?.state === 'revoked') ||
  (revocation === 'require' && status?.state !== 'good')

/** What whoever registers a certificate should know about it, beginning with what gets its requests refused. */
export async function warningsAbout(certificate: Certificate, { certificateWarningDays }: Config): Promise<string[]> {
  const { judgeCertificate, TrustError } = await import('../trust/index.js')
  const { daysLeft } = await import('../certificates/index.js')
  const now = new Date()
  const days = daysLeft(certificate.notAfter, now)
  const warnings: string[] = []
  if (now > certificate.notAfter) warnings.push('The certificate has expired: requests signed with it are refused.')
  else if (days < certificateWarningDays) warnings.push(`The certificate ends soon: ${days} whole days are left.`)
  if (now < certificate.notBefore)
    warnings.push('The certificate is not valid yet: requests signed with it are refused until then.')
  try {
    // At a time when it is valid, so that what is wrong besides comes to light.
    judgeCertificate({ certificate }, certificate.notBefore, { revocation: 'off' })
  } catch (error) {
    if (!(error instanceof TrustError)) throw error
    warnings.push(`Requests signed with it are refused (${error.code}): ${error.message}.`)
  }
  return warnings
}
