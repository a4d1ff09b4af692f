import type { Recipient, StateCode } from '../message/index.js'
import type { Environment, ServiceSettings } from '../registration/index.js'
import { sealedValue, type Sensitive } from '../sensitive.js'
import type { Queryable } from './database.js'
import { purposes, type SealedContent } from './messages.js'
import type { Sealer } from './sealing.js'
import type { MessageKey } from './transitions.js'

export interface LetterFile {
  readonly id: string
  readonly position: number
  readonly mediaType: string | null
  /** null, as the hash, for a link */
  readonly sizeBytes: number | null
  readonly sha256: Buffer | null
  readonly scan: 'clean' | 'found' | null
}

/** A stored message as whoever delivers it needs it; what is about people opens only where it is revealed. */
export interface Letter extends MessageKey {
  readonly number: string
  readonly itemId: string
  readonly traceId: string
  readonly operation: string
  readonly authorityId: string
  readonly authorityName: string
  readonly serviceId: string
  readonly serviceName: string
  readonly settings: ServiceSettings
  readonly environment: Environment
  readonly reference: string | null
  readonly recipientHash: Buffer
  readonly recipient: Sensitive<Recipient>
  readonly content: Sensitive<SealedContent>
  readonly state: StateCode
  readonly stateAt: Date
  readonly requiresAcknowledgement: boolean
  readonly forceReadReceipt: boolean
  readonly messageKind: number | null
  readonly sentAt: Date
  /** in the order of `content.attachments` */
  readonly files: readonly LetterFile[]
}

type Columns = Omit<Letter, 'recipient' | 'content' | 'files'> & {
  readonly sealed_recipient: Buffer
  readonly sealed_content: Buffer
}

export async function findLetter(db: Queryable, sealer: Sealer, key: MessageKey): Promise<Letter | null> {
  const { rows } = await db.query<Columns>(
    `select m.bucket, m.id as "messageId", m.number::text, i.id as "itemId", i.submission_id as "traceId", i.operation,
       i.authority_id as "authorityId", a.name as "authorityName", i.service_id as "serviceId", s.name as "serviceName",
       s.settings, i.environment, i.reference, m.recipient_hash as "recipientHash", m.sealed_recipient, i.sealed_content,
       m.state, m.state_at as "stateAt", i.requires_acknowledgement as "requiresAcknowledgement",
       i.force_read_receipt as "forceReadReceipt", i.message_kind as "messageKind", i.sent_at as "sentAt"
     from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     join service s on s.authority_id = i.authority_id and s.id = i.service_id join authority a on a.id = i.authority_id
     where m.bucket = $1 and m.id = $2`,
    [key.bucket, key.messageId],
  )
  if (rows[0] === undefined) return null
  const { sealed_recipient: sealedRecipient, sealed_content: sealedContent, ...row } = rows[0]
  const files = await filesOf(db, { bucket: row.bucket, itemId: row.itemId })
  const open = <T>(sealed: Buffer, purpose: string): Sensitive<T> =>
    sealedValue(() => JSON.parse(sealer.open(sealed, purpose).toString('utf8')) as T)
  return {
    ...row,
    recipient: open<Recipient>(sealedRecipient, purposes.recipient),
    content: open<SealedContent>(sealedContent, purposes.content),
    files,
  }
}

/** The files of an item, or of a citizen's message, in the order in which they were sent. */
export async function filesOf(
  db: Queryable,
  { bucket, itemId }: { bucket: number; itemId: string },
): Promise<LetterFile[]> {
  const { rows } = await db.query<LetterFile>(
    `select id, position, media_type as "mediaType", size_bytes::float8 as "sizeBytes", sha256, scan
     from attachment where bucket = $1 and item_id = $2 order by position`,
    [bucket, itemId],
  )
  return rows
}
