import { InvalidArgumentError, type Command } from 'commander'
import type { Authorities } from '../certificates/index.js'
import type { Config } from '../config/index.js'
import type { certificates } from '../store/index.js'
import type { Certificate } from '../trust/index.js'
import { CommandError, UsageError } from './errors.js'
import { printTable, shown } from './layout.js'
import { addExamples, CLI, jsonOption, parseId } from './options.js'
import { actorOf, withSession, type Session } from './session.js'
import type { Terminal } from './terminal.js'

const SHORT = 16

interface RemoveOptions {
  readonly authority: string
  readonly service: string
  readonly fingerprint: string
}

/** What happens to certificates after they were registered (docs/certificates.md). */
export function addCertificateCommands(service: Command, terminal: Terminal): void {
  const certificate = service.command('certificate').description('certificates of a service')
  const remove = certificate
    .command('remove')
    .description('retire a certificate: from now on the service cannot sign with it')
    .requiredOption('--authority <id>', 'ViranomaisTunnus of the authority', parseId)
    .requiredOption('--service <id>', 'PalveluTunnus of the service', parseId)
    .requiredOption('--fingerprint <hex>', 'its SHA-256, or the beginning of it as service list shows it', parsePrefix)
    .action((options: RemoveOptions) => removeCertificate(terminal, options))
  addExamples(remove, [
    'service certificate remove --authority kunta_ws --service kunta_ws_1 --fingerprint 3f2a51c09be47d18',
  ])
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
  const key = { authorityId: options.authority, serviceId: options.service }
  await withSession(terminal, async ({ db }) => {
    const registered = await certificates.listRegistrations(db, key)
    const [found, ...more] = registered.filter(({ fingerprint }) => fingerprint.startsWith(options.fingerprint))
    if (found === undefined) throw notFound(options)
    if (more.length > 0)
      throw new UsageError(
        `Several certificates of the service begin with ${options.fingerprint}: give more digits of the one that is meant.`,
      )
    await db.withTransaction(async (tx) => {
      if (!(await certificates.removeRegistration(tx, found))) throw notFound(options)
      const subject = { authorityId: key.authorityId, id: key.serviceId, fingerprint: found.fingerprint }
      await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'service.certificate-removed', subject })
    })
    terminal.out(`${shown(found.subject)} may no longer sign as ${key.authorityId} / ${key.serviceId}.`)
    const rest = registered.filter((one) => one !== found)
    if (rest.length === 0)
      return terminal.note('No certificate remains: the service cannot sign anything until one is added.')
    terminal.out('What remains:')
    for (const one of rest)
      terminal.out(`  ${one.fingerprint.slice(0, SHORT)}  ${shown(one.subject)}, until ${dateOf(one.notAfter)}`)
  })
}

const notFound = ({ authority, service, fingerprint }: RemoveOptions): CommandError =>
  new CommandError(
    'NOT_FOUND',
    `${authority} / ${service} has no certificate whose SHA-256 begins with ${fingerprint}. See: ${CLI} service list`,
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
