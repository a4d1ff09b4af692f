import { createHash } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import {
  cleanFileNames,
  faultOfAttachment,
  mediaTypeOf,
  type Attachment,
  type ItemOutcome,
} from '../../message/index.js'
import { attachments, messages, type citizenMessages, type MessageKey, type Tx } from '../../store/index.js'
import type { OperationPolicy } from '../context.js'
import { MailboxError, type MailboxErrorCode } from './errors.js'

/** A file as the page sends it. */
export interface WrittenFile {
  readonly name: string
  /** null: by the name */
  readonly mediaType: string | null
  readonly base64: string
}

export interface OwnFile extends citizenMessages.CitizenFile {
  /** the type that the gateway goes by */
  readonly type: string
  readonly content: Buffer | 'broken'
  readonly sha256: string
}

export function readFiles(written: readonly WrittenFile[]): OwnFile[] {
  const names = cleanFileNames(written.map(({ name }) => name))
  return written.map(({ mediaType, base64 }, i) => {
    const content = bytesOf(base64)
    const sha256 = createHash('sha256').update(content).digest('hex')
    return { name: names[i]!, mediaType, type: mediaTypeOf(mediaType, names[i]!), content, sha256 }
  })
}

/** Node reads base64 kindly and skips what is none: what it has to be is said here. */
function bytesOf(base64: string): Buffer | 'broken' {
  const isWhole = base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
  return isWhole ? Buffer.from(base64, 'base64') : 'broken'
}

const LINK = 'text/url'

/**
 * Judges files by the rules for what authorities send.
 * @throws MailboxError MAILBOX_ATTACHMENT_INVALID, MAILBOX_ATTACHMENT_TOO_LARGE, MAILBOX_ATTACHMENT_TYPE
 */
export function checkFiles(files: readonly OwnFile[], policy: OperationPolicy): void {
  for (const { name, type, content } of files) {
    const file: Attachment = {
      ...{ name, content, mediaType: type, caption: null, url: null, encoded: null, storageId: null, statedSize: null },
    }
    const fault = type === LINK ? NO_LINKS : faultOfAttachment(file, policy)
    if (fault !== null) throw new MailboxError(codeOf(fault), 'An attachment is not accepted')
  }
}

const NO_LINKS: ItemOutcome = { kind: 'typeNotAllowed' }

function codeOf({ kind }: ItemOutcome): MailboxErrorCode {
  if (kind === 'tooLarge') return 'MAILBOX_ATTACHMENT_TOO_LARGE'
  return kind === 'typeNotAllowed' ? 'MAILBOX_ATTACHMENT_TYPE' : 'MAILBOX_ATTACHMENT_INVALID'
}

export async function storeFiles(tx: Tx, { bucket, messageId }: MessageKey, files: readonly OwnFile[]): Promise<void> {
  for (const [position, { type, content, sha256 }] of files.entries()) {
    if (content === 'broken') continue
    const id = uuidv7()
    await messages.insertAttachment(tx, {
      ...{ bucket, id, itemId: messageId, position, mediaType: type },
      sizeBytes: content.length,
      sha256: Buffer.from(sha256, 'hex'),
    })
    await attachments.insertAttachmentData(tx, { bucket, attachmentId: id }, content)
  }
}
