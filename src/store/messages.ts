import type { Environment } from '../registration/index.js'
import { sealedValue, type Sensitive } from '../sensitive.js'
import { uuidv7 } from 'uuidv7'
import type { Billing, ItemContent, Party, PrintWishes, Recipient, StateCode } from '../message/index.js'
import { BUCKETS, bucketOf } from './bucket.js'
import type { Queryable, Tx } from './database.js'
import type { Sealer } from './sealing.js'

export { findThread } from './threads.js'

/** Which service a message belongs to. */
export interface ServiceKey {
  readonly authorityId: string
  readonly serviceId: string
}

/** What is stored of an attachment beside its bytes; names and captions, which may tell about a person, are sealed. */
export interface StoredAttachmentMeta {
  readonly name: string
  readonly writtenName: string | null
  readonly caption: string | null
  readonly url: string | null
  readonly statedSize: string | null
  readonly storageId: string | null
  /** as written; the row beside has the one that the gateway goes by */
  readonly mediaType: string | null
}

/** The sealed content of an item: everything the request said of it. */
export interface SealedContent extends ItemContent {
  readonly attachments: readonly StoredAttachmentMeta[]
  /** null: the operation knows no paper */
  readonly print: StoredPrintWishes | null
  readonly party: Party
}

export interface StoredPrintWishes extends Omit<PrintWishes, 'billing' | 'files'> {
  readonly billing: Billing | null
  /** how many of the attachments, the last ones, came as print files of the whole message */
  readonly files: number
}

export interface NewItem {
  readonly bucket: number
  readonly id: string
  readonly submissionId: string
  readonly operation: string
  readonly service: ServiceKey
  readonly environment: Environment
  readonly reference: string | null
  readonly contentSha256: Buffer
  readonly content: SealedContent
  readonly requiresAcknowledgement: boolean
  readonly forceReadReceipt: boolean
  readonly messageKind: number | null
  readonly sentAt: Date
}

export interface NewMessage {
  readonly bucket: number
  readonly id: string
  readonly service: ServiceKey
  readonly itemId: string
  readonly recipient: Recipient
  readonly recipientHash: Buffer
  readonly thread: { readonly threadId: string; readonly messageId: string } | null
  readonly state: StateCode
}

export const purposes = { content: 'item.content', recipient: 'message.recipient' } as const

/** An id for rows of a message, and the share of the database that they live in. */
export function newItemId(service: ServiceKey, reference: string | null): { id: string; bucket: number } {
  const id = uuidv7()
  return { id, bucket: bucketOf(service.authorityId, service.serviceId, reference ?? id) }
}

/** What is unique for ever: one message per service, reference and recipient. */
export interface ReferenceKey {
  readonly bucket: number
  readonly service: ServiceKey
  readonly reference: string
  readonly recipientHash: Buffer
}

const valuesOf = (key: ReferenceKey): unknown[] => [
  key.bucket,
  key.service.authorityId,
  key.service.serviceId,
  key.reference,
  key.recipientHash,
]
const IS_KEY = 'bucket = $1 and authority_id = $2 and service_id = $3 and reference = $4 and recipient_hash = $5'

/** Claims a reference for a recipient; false when it is taken, for ever or by a transaction that then commits. */
export async function claimReference(
  tx: Tx,
  claim: ReferenceKey & { messageId: string; contentSha256: Buffer },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into message_key (bucket, authority_id, service_id, reference, recipient_hash, message_id, content_sha256)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [...valuesOf(claim), claim.messageId, claim.contentSha256],
  )
  return rowCount === 1
}

/** Gives a claim of this transaction back. */
export async function releaseReference(tx: Tx, key: ReferenceKey): Promise<void> {
  await tx.query(`delete from message_key where ${IS_KEY}`, valuesOf(key))
}

/** What is stored under a reference for a recipient: the hash of its content, null when nothing is. */
export async function findClaim(db: Queryable, key: ReferenceKey): Promise<Buffer | null> {
  const { rows } = await db.query<{ content_sha256: Buffer }>(
    `select content_sha256 from message_key where ${IS_KEY}`,
    valuesOf(key),
  )
  return rows[0]?.content_sha256 ?? null
}

export async function insertItem(tx: Tx, sealer: Sealer, item: NewItem): Promise<void> {
  await tx.query(
    `insert into item (bucket, id, submission_id, operation, authority_id, service_id, reference, content_sha256, sealed_content,
       requires_acknowledgement, force_read_receipt, message_kind, sent_at, environment)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      item.bucket,
      item.id,
      item.submissionId,
      item.operation,
      item.service.authorityId,
      item.service.serviceId,
      item.reference,
      item.contentSha256,
      sealer.seal(JSON.stringify(item.content), purposes.content),
      item.requiresAcknowledgement,
      item.forceReadReceipt,
      item.messageKind,
      item.sentAt,
      item.environment,
    ],
  )
}

/** The word as written is in the sealed recipient; in plain text only words that tell nothing about anybody. */
const knownIdType = (written: string | null): string | null =>
  written === null || written === 'SSN' || written === 'CRN' ? written : 'other'

/** Stores a message with its first state; returns its public number (AsiointitiliTunniste). */
export async function insertMessage(tx: Tx, sealer: Sealer, message: NewMessage): Promise<string> {
  const { rows } = await tx.query<{ number: string }>(
    `insert into message (bucket, id, item_id, number, recipient_hash, sealed_recipient, id_type, thread_id, in_reply_to, state, state_at)
     values ($1::smallint, $2, $3, nextval('message_number') * ${BUCKETS} + $1::smallint, $4, $5, $6, $7, $8, $9, now()) returning number`,
    [
      message.bucket,
      message.id,
      message.itemId,
      message.recipientHash,
      sealer.seal(JSON.stringify(message.recipient), purposes.recipient),
      knownIdType(message.recipient.idType),
      message.thread?.threadId ?? message.id,
      message.thread?.messageId ?? null,
      message.state,
    ],
  )
  const { bucket, service, state } = message
  await insertStateEvent(tx, { bucket, messageId: message.id, service, state, source: 'intake' })
  return rows[0]!.number
}

/** @returns the event's id */
export async function insertStateEvent(
  tx: Tx,
  event: { bucket: number; messageId: string; service: ServiceKey; state: StateCode; source: string },
): Promise<string> {
  const id = uuidv7()
  await tx.query(
    `insert into state_event (bucket, id, message_id, state, at, source, authority_id, service_id, epoch)
     values ($1, $2, $3, $4, now(), $5, $6, $7, (select max(epoch) from change_epoch))`,
    [event.bucket, id, event.messageId, event.state, event.source, event.service.authorityId, event.service.serviceId],
  )
  return id
}

export async function insertAttachment(
  tx: Tx,
  a: {
    bucket: number
    id: string
    itemId: string
    position: number
    mediaType: string | null
    sizeBytes: number | null
    sha256: Buffer | null
  },
): Promise<void> {
  await tx.query(
    'insert into attachment (bucket, id, item_id, position, media_type, size_bytes, sha256) values ($1, $2, $3, $4, $5, $6, $7)',
    [a.bucket, a.id, a.itemId, a.position, a.mediaType, a.sizeBytes, a.sha256],
  )
}

export interface ListedMessage {
  readonly number: string
  readonly traceId: string
  readonly receivedAt: Date
  readonly operation: string
  readonly authorityId: string
  readonly serviceId: string
  readonly reference: string | null
  readonly state: number
  readonly stateAt: Date
  readonly attachments: number
  readonly deliveries: readonly { readonly channel: string; readonly state: string }[]
  readonly history: readonly { readonly state: number; readonly at: string; readonly source: string }[]
  /** opens only for an audited act */
  readonly recipient: Sensitive<Recipient>
  readonly content: Sensitive<SealedContent>
}

export interface MessageFilter {
  readonly limit: number
  readonly reference?: string | undefined
  readonly traceId?: string | undefined
  readonly number?: string | undefined
}

/** Messages, newest first. Sealed values are opened lazily, one by one, by whoever reveals them. */
export async function listMessages(db: Queryable, sealer: Sealer, filter: MessageFilter): Promise<ListedMessage[]> {
  const { rows } = await db.query<
    Omit<ListedMessage, 'recipient' | 'content'> & { sealed_recipient: Buffer; sealed_content: Buffer }
  >(
    `select m.number, i.submission_id as "traceId", s.received_at as "receivedAt", i.operation, i.authority_id as "authorityId",
       i.service_id as "serviceId", i.reference, m.state, m.state_at as "stateAt", m.sealed_recipient, i.sealed_content,
       (select count(*)::int from attachment a where a.bucket = i.bucket and a.item_id = i.id) as attachments,
       (select coalesce(json_agg(json_build_object('channel', d.channel, 'state', d.state) order by d.channel), '[]')
          from delivery d where d.bucket = m.bucket and d.message_id = m.id) as deliveries,
       (select coalesce(json_agg(json_build_object('state', e.state, 'at', e.at, 'source', e.source) order by e.id), '[]')
          from state_event e where e.bucket = m.bucket and e.message_id = m.id) as history
     from message m join item i on i.bucket = m.bucket and i.id = m.item_id left join submission s on s.id = i.submission_id
     where ($2::text is null or i.reference = $2) and ($3::uuid is null or i.submission_id = $3) and ($4::bigint is null or m.number = $4)
     order by m.id desc limit $1`,
    [filter.limit, filter.reference ?? null, filter.traceId ?? null, filter.number ?? null],
  )
  return rows.map(({ sealed_recipient, sealed_content, ...row }) => ({
    ...row,
    recipient: sealedValue(
      () => JSON.parse(sealer.open(sealed_recipient, purposes.recipient).toString('utf8')) as Recipient,
    ),
    content: sealedValue(
      () => JSON.parse(sealer.open(sealed_content, purposes.content).toString('utf8')) as SealedContent,
    ),
  }))
}

export async function countMessages(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>('select count(*)::float8 as count from message')
  return rows[0]!.count
}
