import type { Sensitive } from '../../sensitive.js'
import { sensitive } from '../../sensitive.js'
import { attachments } from '../../store/index.js'
import type { Context } from '../context.js'
import { MailboxError, notFound } from './errors.js'
import { openMessage } from './read-message.js'
import type { MailOwner } from './owner.js'

export interface ReadAttachment {
  readonly name: Sensitive<string>
  readonly mediaType: string | null
  readonly sizeBytes: number
  /** ends only if the bytes are those that were stored; @throws AttachmentDamaged before its last piece */
  readonly bytes: AsyncGenerator<Buffer>
}

/**
 * An attachment of a message that is open; taking it is reading the message.
 * @throws MailboxError MAILBOX_NOT_FOUND, MAILBOX_ACKNOWLEDGEMENT_NEEDED, MAILBOX_ATTACHMENT_INFECTED
 */
export async function readAttachment(
  context: Context,
  owner: MailOwner,
  { messageId, attachmentId }: { messageId: string; attachmentId: string },
): Promise<ReadAttachment> {
  const opened = await openMessage(context, owner, messageId)
  if (opened.kind === 'received' && opened.isWithheld)
    throw new MailboxError('MAILBOX_ACKNOWLEDGEMENT_NEEDED', 'The message has to be acknowledged first')
  const { bucket, files, content } = opened.kind === 'sent' ? opened.message : opened.letter
  const readable = opened.kind === 'sent' ? files : files.slice(0, opened.readableFiles)
  const index = readable.findIndex(({ id }) => id === attachmentId)
  const { sizeBytes = null, sha256 = null, mediaType = null, scan = null } = readable[index] ?? {}
  // Nothing is kept of a link but the link itself.
  if (sizeBytes === null || sha256 === null) throw notFound()
  if (scan === 'found') throw new MailboxError('MAILBOX_ATTACHMENT_INFECTED', 'The attachment holds a virus')
  return {
    name: sensitive(content.reveal().attachments[index]!.name),
    mediaType,
    sizeBytes,
    bytes: holdingBack(attachments.readAttachmentData(context.db, { bucket, attachmentId }, sha256)),
  }
}

/** The last piece is held back until all of them are known to be right: a damaged file never arrives whole. */
async function* holdingBack(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | null = null
  for await (const piece of pieces) {
    if (held !== null) yield held
    held = piece
  }
  if (held !== null) yield held
}
