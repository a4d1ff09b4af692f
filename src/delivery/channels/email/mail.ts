import { Readable } from 'node:stream'
import type { SendMailOptions } from 'nodemailer'
import type { caught } from '../../../store/index.js'
import { oneLine } from '../../notices/plain-text.js'

export interface MailFile {
  readonly name: string
  readonly mediaType: string | null
  readonly sizeBytes: number | null
  /** the bytes, read when they are sent and not before */
  readonly read: () => AsyncIterable<Buffer>
}

/** One e-mail to one address. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly files: readonly MailFile[]
}

/** What every mail server of ours needs to know beside the mail. */
export interface MailFrame {
  /** `Name <address>`, or an address */
  readonly from: string
  /** the delivery's id: the same in each attempt, and so is every header but Date */
  readonly id: string
}

/**
 * The mail as nodemailer takes it: plain text, and headers that keep machines from answering (RFC 3834 §5 says
 * `Auto-Submitted`; Exchange obeys its own). `Precedence` is left out: RFC 2076 discourages it, and it marks mass mail.
 * Addresses are given as objects, so that nothing in them is read as a list.
 */
export function composed(mail: Mail, { from, id }: MailFrame): SendMailOptions {
  const sender = addressIn(from)
  return {
    from: sender,
    to: { name: '', address: mail.to },
    envelope: { from: sender.address, to: mail.to },
    subject: oneLine(mail.subject),
    text: mail.text,
    messageId: `<${id}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`,
    headers: {
      'X-Entity-Ref-ID': id,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    attachments: mail.files.map(({ name, mediaType, read }) => ({
      filename: oneLine(name),
      contentType: mediaType ?? 'application/octet-stream',
      contentDisposition: 'attachment' as const,
      content: Readable.from(read()),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function addressIn(from: string): { name: string; address: string } {
  const [, name = '', address = from] = /^([^<]*)<([^>]*)>$/.exec(from.trim()) ?? []
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address: address.trim() }
}

/** The mail as it is kept when it is sent nowhere. */
export const kept = ({ to, subject, text, files }: Mail): caught.CaughtContent => ({
  to,
  subject: oneLine(subject),
  text,
  attachments: files.map(({ name, sizeBytes }) => ({ name: oneLine(name), sizeBytes })),
})
