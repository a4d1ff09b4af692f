import type { MessagePush } from '../contract/index.js'
import type { ServiceSettings } from '../registration/index.js'
import type { Sensitive } from '../sensitive.js'
import { attachments, type Database, type Tx } from '../store/index.js'

export interface MessageKey {
  readonly bucket: number
  readonly messageId: string
}

/** A citizen's message as far as a push needs it; `files` in the order of `content.attachments`. */
export interface CitizenMessage extends MessageKey {
  readonly number: string
  readonly settings: ServiceSettings
  readonly sender: Sensitive<MessagePush['sender']>
  readonly content: Sensitive<{
    readonly title: string
    readonly body: string
    readonly attachments: readonly { readonly name: string; readonly mediaType: string | null }[]
    readonly authorityEmail: string | null
  }>
  readonly answers: MessagePush['answers']
  readonly createdAt: Date
  readonly files: readonly {
    readonly id: string
    readonly mediaType: string | null
    /** null for what has no bytes */
    readonly sha256: Buffer | null
  }[]
}

/** Where citizens' messages are kept. */
export interface CitizenMessages {
  find(key: MessageKey): Promise<CitizenMessage | null>
  /** Keeps the id that the authority gave to a message, in the transaction that ends its delivery. */
  setAuthorityReference(tx: Tx, key: MessageKey, reference: string): Promise<void>
}

/** The message with the bytes of its files. */
export async function pushOf(db: Database, message: CitizenMessage): Promise<MessagePush> {
  const { number, answers, createdAt } = message
  const { title, body, authorityEmail, attachments: names } = message.content.reveal()
  const files: MessagePush['files'][number][] = []
  for (const [i, file] of message.files.entries()) {
    if (file.sha256 === null) continue
    const chunks: Buffer[] = []
    const key = { bucket: message.bucket, attachmentId: file.id }
    for await (const chunk of attachments.readAttachmentData(db, key, file.sha256)) chunks.push(chunk)
    files.push({ name: names[i]?.name ?? '', mediaType: file.mediaType, content: Buffer.concat(chunks) })
  }
  return { number, answers, title, body, authorityEmail, files, sender: message.sender.reveal(), sentAt: createdAt }
}
