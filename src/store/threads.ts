import { BUCKETS, bucketOf } from './bucket.js'
import type { Queryable } from './database.js'
import type { ServiceKey } from './messages.js'

interface ThreadTarget {
  readonly kind: 'mailboxItemId' | 'authorityItemId'
  readonly id: string
  readonly service: ServiceKey
  readonly recipientHash: Buffer
}

/** A message by its thread, as one that answers it needs it. */
interface Threaded {
  readonly threadId: string
  readonly messageId: string
}

/**
 * The message that a thread reference means: of the same service and the same recipient, otherwise null; it may be one
 * that the recipient wrote. `mailboxItemId` is a message's number, `authorityItemId` a reference that the service used
 * before, or the id that it gave to a citizen's message.
 */
export async function findThread(db: Queryable, target: ThreadTarget): Promise<Threaded | null> {
  if (target.kind === 'mailboxItemId' && !/^\d{1,18}$/.test(target.id)) return null
  return (await findSent(db, target)) ?? (await findAnswered(db, target))
}

async function findSent(
  db: Queryable,
  { kind, id, service: { authorityId, serviceId }, recipientHash }: ThreadTarget,
): Promise<Threaded | null> {
  if (kind === 'mailboxItemId') {
    const { rows } = await db.query<Threaded>(
      `select m.thread_id as "threadId", m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id
       where m.number = $1 and m.bucket = $2 and m.recipient_hash = $3 and i.authority_id = $4 and i.service_id = $5`,
      [id, Number(BigInt(id) % BigInt(BUCKETS)), recipientHash, authorityId, serviceId],
    )
    return rows[0] ?? null
  }
  const { rows } = await db.query<Threaded>(
    `select m.thread_id as "threadId", m.id as "messageId" from message_key k join message m on m.bucket = k.bucket and m.id = k.message_id
     where k.bucket = $1 and k.authority_id = $2 and k.service_id = $3 and k.reference = $4 and k.recipient_hash = $5`,
    [bucketOf(authorityId, serviceId, id), authorityId, serviceId, id, recipientHash],
  )
  return rows[0] ?? null
}

/** The citizen's message that an authority's answer means, by its number or by the id that the authority gave it. */
async function findAnswered(
  db: Queryable,
  { kind, id, service: { authorityId, serviceId }, recipientHash }: ThreadTarget,
): Promise<Threaded | null> {
  const byNumber = kind === 'mailboxItemId'
  const { rows } = await db.query<Threaded>(
    `select thread_id as "threadId", id as "messageId" from citizen_message
     where authority_id = $1 and service_id = $2 and sender_hash = $3 and ${byNumber ? 'number = $4 and bucket = $5' : 'authority_reference = $4'}
     order by id desc limit 1`,
    [authorityId, serviceId, recipientHash, id, ...(byNumber ? [Number(BigInt(id) % BigInt(BUCKETS))] : [])],
  )
  return rows[0] ?? null
}
