import type { Environment, ServiceSettings, ServiceState } from '../registration/index.js'
import { sealedValue, type Sensitive } from '../sensitive.js'
import { BUCKETS } from './bucket.js'
import type { Queryable, Tx } from './database.js'
import { filesOf, type LetterFile } from './letters.js'
import type { ServiceKey } from './messages.js'
import type { Sealer } from './sealing.js'
import type { MessageKey } from './transitions.js'

/** Who wrote it: the identity code that was authenticated, and what the writer wants to be known of besides. */
export interface CitizenSender {
  readonly id: string
  /** SSN for a person, CRN for a company */
  readonly idType: 'SSN' | 'CRN'
  readonly name: string | null
  readonly email: string | null
  readonly phone: string | null
}

export interface CitizenFile {
  readonly name: string
  /** as stated by the page that sent it; the row beside has the one that the gateway goes by */
  readonly mediaType: string | null
}

export interface CitizenContent {
  readonly title: string
  readonly body: string
  /** in the order of `files` */
  readonly attachments: readonly CitizenFile[]
  /** the address that the item replied to named for answers; null when there is none */
  readonly authorityEmail: string | null
  /** hex of a hash of all that was sent, to tell a repeat from another message under the same key */
  readonly contentSha256: string
}

export interface NewCitizenMessage extends MessageKey {
  readonly service: ServiceKey
  readonly environment: Environment
  readonly senderHash: Buffer
  readonly sender: CitizenSender
  readonly content: CitizenContent
  /** what it answers; null begins a thread of its own */
  readonly answers: { readonly threadId: string; readonly messageId: string } | null
}

const sealedFor = { sender: 'citizen-message.sender', content: 'citizen-message.content' } as const

/** Stores what a citizen wrote; returns its public number (AsiointitiliTunniste), from the same row of numbers as messages'. */
export async function insertCitizenMessage(tx: Tx, sealer: Sealer, message: NewCitizenMessage): Promise<string> {
  const { bucket, messageId, service, answers } = message
  const { rows } = await tx.query<{ number: string }>(
    `insert into citizen_message (bucket, id, number, authority_id, service_id, environment, sender_hash, sealed_sender, sealed_content, thread_id, in_reply_to)
     values ($1::smallint, $2, nextval('message_number') * ${BUCKETS} + $1::smallint, $3, $4, $5, $6, $7, $8, $9, $10) returning number`,
    [
      ...[bucket, messageId, service.authorityId, service.serviceId, message.environment, message.senderHash],
      sealer.seal(JSON.stringify(message.sender), sealedFor.sender),
      sealer.seal(JSON.stringify(message.content), sealedFor.content),
      ...[answers?.threadId ?? messageId, answers?.messageId ?? null],
    ],
  )
  return rows[0]!.number
}

/** A citizen's message as whoever delivers or shows it needs it; what is about people opens only where it is revealed. */
export interface CitizenMessage extends MessageKey {
  readonly number: string
  readonly authorityId: string
  readonly authorityName: string
  readonly serviceId: string
  readonly serviceName: string
  readonly settings: ServiceSettings
  readonly environment: Environment
  readonly senderHash: Buffer
  readonly sender: Sensitive<CitizenSender>
  readonly content: Sensitive<CitizenContent>
  readonly threadId: string
  /** the id that the authority gave it, once it has */
  readonly authorityReference: string | null
  /** the message that it answers, by the gateway's number and the authority's own reference */
  readonly answers: { readonly number: string; readonly reference: string | null } | null
  readonly createdAt: Date
  /** in the order of `content.attachments` */
  readonly files: readonly LetterFile[]
}

type Columns = Omit<CitizenMessage, 'sender' | 'content' | 'answers' | 'files'> & {
  readonly sealed_sender: Buffer
  readonly sealed_content: Buffer
  readonly answers_number: string | null
  readonly answers_reference: string | null
}

export async function findCitizenMessage(
  db: Queryable,
  sealer: Sealer,
  { bucket, messageId }: MessageKey,
): Promise<CitizenMessage | null> {
  // What is answered is looked up by its recipient: the answer's bucket is another one than the message's.
  const { rows } = await db.query<Columns>(
    `select c.bucket, c.id as "messageId", c.number::text, c.authority_id as "authorityId", a.name as "authorityName",
       c.service_id as "serviceId", s.name as "serviceName", s.settings, c.environment, c.sender_hash as "senderHash",
       c.sealed_sender, c.sealed_content, c.thread_id as "threadId", c.authority_reference as "authorityReference",
       c.created_at as "createdAt", m.number::text as answers_number, i.reference as answers_reference
     from citizen_message c join service s on s.authority_id = c.authority_id and s.id = c.service_id
     join authority a on a.id = c.authority_id
     left join message m on m.recipient_hash = c.sender_hash and m.id = c.in_reply_to
     left join item i on i.bucket = m.bucket and i.id = m.item_id
     where c.bucket = $1 and c.id = $2`,
    [bucket, messageId],
  )
  if (rows[0] === undefined) return null
  const { sealed_sender, sealed_content, answers_number: number, answers_reference: reference, ...row } = rows[0]
  return {
    ...row,
    sender: sealedValue(
      () => JSON.parse(sealer.open(sealed_sender, sealedFor.sender).toString('utf8')) as CitizenSender,
    ),
    content: sealedValue(() => openContent(sealer, sealed_content)),
    answers: number === null ? null : { number, reference },
    files: await filesOf(db, { bucket, itemId: messageId }),
  }
}

export const openContent = (sealer: Sealer, sealed: Buffer): CitizenContent =>
  JSON.parse(sealer.open(sealed, sealedFor.content).toString('utf8')) as CitizenContent

/** Keeps the id that an authority gave to a citizen's message, so that its answers may refer to it. */
export async function setAuthorityReference(
  tx: Queryable,
  { bucket, messageId }: MessageKey,
  reference: string,
): Promise<void> {
  await tx.query('update citizen_message set authority_reference = $3 where bucket = $1 and id = $2', [
    bucket,
    messageId,
    reference,
  ])
}

/** Claims a key of the calling page for a message; false when it is taken, for ever or by a transaction that then commits. */
export async function claimKey(
  tx: Tx,
  { senderHash, key, bucket, messageId }: MessageKey & { senderHash: Buffer; key: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into citizen_message_key (sender_hash, key, bucket, message_id) values ($1, $2, $3, $4) on conflict do nothing`,
    [senderHash, key, bucket, messageId],
  )
  return rowCount === 1
}

/** The message that was sent under a key; null when none was. */
export async function findByKey(
  db: Queryable,
  { senderHash, key }: { senderHash: Buffer; key: string },
): Promise<MessageKey | null> {
  const { rows } = await db.query<MessageKey>(
    `select bucket, message_id as "messageId" from citizen_message_key where sender_hash = $1 and key = $2`,
    [senderHash, key],
  )
  return rows[0] ?? null
}

/** A service that citizens may write to first. */
export interface Addressee {
  readonly authorityId: string
  readonly authorityName: string
  readonly serviceId: string
  readonly serviceName: string
  readonly state: ServiceState
}

/** Services that take messages which answer nothing, and have a way for them to arrive. */
export async function listAddressees(db: Queryable): Promise<Addressee[]> {
  const { rows } = await db.query<Addressee>(
    `select s.authority_id as "authorityId", a.name as "authorityName", s.id as "serviceId", s.name as "serviceName", s.state
     from service s join authority a on a.id = s.authority_id
     where s.settings @> '{"newMessagesAllowed": true}' and s.settings ?| array['returnChannel', 'replyEmail']
     order by a.name, s.name, s.authority_id, s.id`,
  )
  return rows
}
