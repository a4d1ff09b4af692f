import type { certificates, services } from '../../store/index.js'
import { printFields, shown } from '../layout.js'
import { CLI, flagsOf, nameOf } from '../options.js'
import type { Terminal } from '../terminal.js'

/** A service with one of its certificates. */
export interface Stored {
  readonly service: services.ListedService
  readonly certificate: certificates.RegistrationRow | null
}

export function printJson(
  terminal: Terminal,
  {
    after: { service, certificate },
    status,
    warnings,
    isNew,
  }: {
    after: Stored
    status: certificates.StatusRow | null
    warnings: readonly string[]
    isNew: boolean
  },
): void {
  const { authorityId, id, name, environment, state } = service
  const { fingerprint, subject, notBefore, notAfter } = certificate!
  const added = { fingerprint, subject, notBefore, notAfter, status }
  terminal.json({ authorityId, id, name, isNew, environment, state, certificate: added, warnings })
}

export async function printAdded(
  terminal: Terminal,
  { service, certificate }: Stored,
  status: certificates.StatusRow | null,
): Promise<void> {
  const { isOpen } = await import('../../registration/index.js')
  const { fingerprint, subject, notBefore, notAfter } = certificate!
  terminal.out(
    isOpen(service.state)
      ? `${shown(service.name)} may sign as ${nameOf(service)} from now on.`
      : `${shown(service.name)} (${nameOf(service)}) has the certificate, but sends nothing: it is ${service.state}.`,
  )
  printFields(terminal, [
    ['certificate', shown(subject)],
    ['fingerprint', `${fingerprint} (SHA-256)`],
    ['valid', `${shown(notBefore)} – ${shown(notAfter)}`],
    ...(status ? [['status', `${status.state} (${status.source})`] as const] : []),
    ['state', service.state],
  ])
  if (service.environment === 'production' && service.state !== 'production')
    terminal.out(
      `It acts in test until it is opened to production. What is missing: ${CLI} registration show ${flagsOf(service)}`,
    )
}
