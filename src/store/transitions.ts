import { isFailure, mayFollow, type NoticeChannel, type StateCode } from '../message/index.js'
import { isReported, type Environment, type ServiceSettings } from '../registration/index.js'
import type { Queryable, Tx } from './database.js'
import { cancelOpen, insertDelivery } from './deliveries.js'
import { insertStateEvent, type ServiceKey } from './messages.js'

export interface MessageKey {
  readonly bucket: number
  readonly messageId: string
}

interface Row {
  readonly state: StateCode
  readonly authorityId: string
  readonly serviceId: string
  readonly environment: Environment
  readonly settings: ServiceSettings
  readonly requiresAcknowledgement: boolean
  readonly forceReadReceipt: boolean
}

/**
 * Holds a message until the transaction ends. Whatever touches a message and its deliveries takes the message first
 * (ADR 18), or two of them could wait for each other.
 * @returns its present state; null when there is none
 */
export async function lockMessage(tx: Tx, { bucket, messageId }: MessageKey): Promise<StateCode | null> {
  const { rows } = await tx.query<{ state: StateCode }>(
    'select state from message where bucket = $1 and id = $2 for update',
    [bucket, messageId],
  )
  return rows[0]?.state ?? null
}

/**
 * Moves a message to its next state, with everything that follows from it in the same transaction: the event of its
 * history, the report to the authority, and after a failure the end of what has not left yet and the freedom to send it
 * again under its reference. States never go backwards: a move that the present state forbids does nothing.
 * @param source  which part of the gateway says so
 * @returns whether it moved
 */
export async function moveMessage(
  tx: Tx,
  { bucket, messageId }: MessageKey,
  next: StateCode,
  source: string,
): Promise<boolean> {
  // Made anew: whoever calls may have handed over more than a key.
  const key = { bucket, messageId }
  const { rows } = await tx.query<Row>(
    `select m.state, i.authority_id as "authorityId", i.service_id as "serviceId", i.environment, s.settings,
       i.requires_acknowledgement as "requiresAcknowledgement", i.force_read_receipt as "forceReadReceipt"
     from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     join service s on s.authority_id = i.authority_id and s.id = i.service_id
     where m.bucket = $1 and m.id = $2 for update of m`,
    [key.bucket, key.messageId],
  )
  const row = rows[0]
  if (row === undefined || !mayFollow(next, row.state)) return false
  await tx.query('update message set state = $3, state_at = now() where bucket = $1 and id = $2', [
    key.bucket,
    key.messageId,
    next,
  ])
  const service: ServiceKey = { authorityId: row.authorityId, serviceId: row.serviceId }
  const eventId = await insertStateEvent(tx, { ...key, service, state: next, source })
  if (isFailure(next)) await undoAfterFailure(tx, key)
  if (row.settings.returnChannel !== undefined && isReported(next, row, row.settings.receipts ?? 'asked'))
    await insertDelivery(tx, {
      ...key,
      service,
      environment: row.environment,
      channel: 'return-channel',
      purpose: 'state',
      about: { state: next, eventId },
    })
  return true
}

/** When a message came into the state that an event tells; null when there is no such event. */
export async function eventTime(db: Queryable, key: MessageKey, eventId: string): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date }>(
    'select at from state_event where bucket = $1 and id = $2 and message_id = $3',
    [key.bucket, eventId, key.messageId],
  )
  return rows[0]?.at ?? null
}

async function undoAfterFailure(tx: Tx, key: MessageKey): Promise<void> {
  await tx.query('delete from message_key where bucket = $1 and message_id = $2', [key.bucket, key.messageId])
  await cancelOpen(tx, key, { purposes: ['message', 'notice', 'reminder'], reason: 'MESSAGE_FAILED' })
}

/** What is told about a message that has become visible, and when its owner is reminded of it. */
export interface NoticePlan {
  readonly channels: readonly NoticeChannel[]
  /** null: never */
  readonly remindAfterMs: number | null
}

/** Queues notices and reminders in the transaction that makes a message visible. */
export async function queueNotices(
  tx: Tx,
  {
    bucket,
    messageId,
    service,
    environment,
  }: MessageKey & {
    readonly service: ServiceKey
    readonly environment: Environment
  },
  { channels, remindAfterMs }: NoticePlan,
): Promise<void> {
  const message = { bucket, messageId, service, environment }
  for (const channel of channels) {
    await insertDelivery(tx, { ...message, channel, purpose: 'notice' })
    if (remindAfterMs !== null)
      await insertDelivery(tx, { ...message, channel, purpose: 'reminder', afterMs: remindAfterMs })
  }
}
