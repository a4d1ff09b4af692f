import type { Billing, PostalAddress } from '../../../message/index.js'
import type { letters } from '../../../store/index.js'
import type { Job } from '../../channel.js'
import type { Printed, Sheet } from './sheet.js'

/** Version of docs/print-control.schema.json; raised whenever a field comes, goes, or means something else. */
const VERSION = 1

export interface ControlFacts {
  readonly job: Job
  readonly letter: letters.Letter
  readonly address: PostalAddress
  readonly billing: Billing
  readonly sheet: Sheet
  readonly printed: Printed
}

/**
 * What the printing provider is told of a letter. It names no identity code: the address is all that paper needs. The
 * billing password is here because the provider asks for it, and nowhere else; on the test side it is masked.
 */
export function controlData({ job, letter, address, billing, sheet, printed }: ControlFacts): Buffer {
  const { print, party, senderDisplayName } = letter.content.reveal()
  const isTest = job.environment === 'test'
  const control = {
    format: 'asiointitili-gateway/print',
    version: VERSION,
    id: job.id,
    environment: job.environment,
    messageId: job.messageId,
    messageNumber: letter.number,
    reference: letter.reference,
    acceptedAt: job.createdAt.toISOString(),
    sentAt: new Date(sheet.sentAt).toISOString(),
    printProvider: print?.provider ?? null,
    colour: print?.colour ?? false,
    billing: { ...billing, password: isTest && billing.password !== null ? '****' : billing.password },
    sender: {
      authorityId: letter.authorityId,
      authorityName: letter.authorityName,
      serviceId: letter.serviceId,
      serviceName: letter.serviceName,
      displayName: senderDisplayName,
      address: party.address,
      contact: party.contact,
    },
    recipient: { address: { ...address, country: address.country.trim().toUpperCase() || 'FI' } },
    document: {
      file: `${job.id}.pdf`,
      mediaType: 'application/pdf',
      pages: printed.pages,
      sizeBytes: printed.pdf.length,
      sha256: printed.sha256,
      firstPageIsAddressPage: sheet.addressPage,
      omittedFiles: sheet.omitted.length,
    },
  }
  return Buffer.from(`${JSON.stringify(control, null, 2)}\n`)
}
