import { states, type DeliveryState, type StateCode } from '../message/index.js'
import { sealedValue, type Sensitive } from '../sensitive.js'
import { openContent } from './citizen-messages.js'
import type { Queryable } from './database.js'
import { purposes, type SealedContent } from './messages.js'
import type { Sealer } from './sealing.js'
import type { MessageKey } from './transitions.js'

/** What a mailbox shows, of what was put into it: what is queued is not there yet, and what has failed never was. */
const SHOWN: readonly StateCode[] = [states.visible, states.read, states.acknowledged]

/** One line of a mailbox: what the owner received, or what the owner wrote. */
export interface Entry extends MessageKey {
  readonly kind: 'received' | 'sent'
  readonly number: string
  readonly threadId: string
  readonly authorityId: string
  readonly authorityName: string
  readonly serviceId: string
  readonly serviceName: string
  readonly preview: Sensitive<Preview>
  /** when it became visible, or was written */
  readonly at: Date
  /** of a received one */
  readonly state: StateCode | null
  readonly requiresAcknowledgement: boolean
  /** of a sent one: how far it is on its way to the authority */
  readonly delivery: DeliveryState | null
}

/** What a list shows of the content. */
export interface Preview {
  readonly title: string | null
  /** the name that the authority has given itself in this message */
  readonly senderName: string | null
  readonly attachments: number
}

/** A part of a list, in the order of ids; `before` is the id that the part before it ended with. */
export interface Page {
  readonly before: string | null
  readonly limit: number
}

type Columns = Omit<Entry, 'preview'> & { readonly sealed: Buffer }

const ENTRY = `e.bucket, e.id as "messageId", e.kind, e.number::text, e.thread_id as "threadId", e.authority_id as "authorityId",
  a.name as "authorityName", e.service_id as "serviceId", s.name as "serviceName", e.sealed, e.at, e.state,
  e.requires_acknowledgement as "requiresAcknowledgement", e.delivery`
const NAMES = `join service s on s.authority_id = e.authority_id and s.id = e.service_id join authority a on a.id = e.authority_id`

/**
 * Whether a message was put into the mailbox: one that went on paper only has the same states, and is not there. Asked
 * of each message by itself, so that no plan walks through all deliveries.
 */
const putInto = (
  m: string,
): string => `coalesce((select true from delivery p where p.bucket = ${m}.bucket and p.message_id = ${m}.id
  and p.channel = 'mailbox' and p.purpose = 'message' and p.state = 'delivered' limit 1), false)`

/** $1 the owner, $2 the states that are shown; narrowed by more conditions on an id, a thread, or both. */
const entries = ({ received, sent, end }: { received: string; sent: string; end: string }): string => `
  (select m.bucket, m.id, 'received' as kind, m.number, m.thread_id, i.authority_id, i.service_id, i.sealed_content as sealed,
     coalesce(v.at, m.state_at) as at, m.state::int as state, i.requires_acknowledgement, null::text as delivery
   from message m join item i on i.bucket = m.bucket and i.id = m.item_id
   cross join lateral (select min(at) as at from state_event where bucket = m.bucket and message_id = m.id and state = ${states.visible}) v
   where m.recipient_hash = $1 and m.state = any ($2) and ${putInto('m')} ${received} ${end})
  union all
  (select c.bucket, c.id, 'sent', c.number, c.thread_id, c.authority_id, c.service_id, c.sealed_content, c.created_at, null, false,
     (select state from delivery d where d.bucket = c.bucket and d.message_id = c.id and d.purpose = 'citizen-message'
       order by d.created_at desc, d.id desc limit 1)
   from citizen_message c where c.sender_hash = $1 ${sent} ${end})`

const toEntry =
  (sealer: Sealer) =>
  ({ sealed, ...row }: Columns): Entry => ({
    ...row,
    preview: sealedValue(() => (row.kind === 'sent' ? previewOfSent : previewOfReceived)(sealer, sealed)),
  })

function previewOfSent(sealer: Sealer, sealed: Buffer): Preview {
  const { title, attachments } = openContent(sealer, sealed)
  return { title, senderName: null, attachments: attachments.length }
}

function previewOfReceived(sealer: Sealer, sealed: Buffer): Preview {
  const content = JSON.parse(sealer.open(sealed, purposes.content).toString('utf8')) as SealedContent
  return { title: content.title, senderName: content.senderDisplayName, attachments: readableFiles(content) }
}

/** How many of an item's files, the first ones, are for its reader; those behind them were sent for the printer only. */
export function readableFiles({ attachments, print }: SealedContent): number {
  const { files = 0 } = (print ?? {}) as { files?: number }
  return attachments.length - files
}

/** What an owner has received and written, newest first; of one thread, or of all. */
export async function listEntries(
  db: Queryable,
  sealer: Sealer,
  { ownerHash, threadId, page: { before, limit } }: { ownerHash: Buffer; threadId: string | null; page: Page },
): Promise<Entry[]> {
  const narrowed = (t: string): string =>
    `and ($3::uuid is null or ${t}.id < $3) and ($5::uuid is null or ${t}.thread_id = $5) order by ${t}.id desc`
  const { rows } = await db.query<Columns>(
    `select ${ENTRY} from (${entries({ received: narrowed('m'), sent: narrowed('c'), end: 'limit $4' })}) e ${NAMES}
     order by e.id desc limit $4`,
    [ownerHash, SHOWN, before, limit, threadId],
  )
  return rows.map(toEntry(sealer))
}

export interface Thread {
  /** its newest entry */
  readonly newest: Entry
  readonly entries: number
  readonly unread: number
}

/** An owner's threads, each with its newest entry; the thread with the newest one first. */
export async function listThreads(
  db: Queryable,
  sealer: Sealer,
  { ownerHash, page: { before, limit } }: { ownerHash: Buffer; page: Page },
): Promise<Thread[]> {
  // All ids of one owner are looked at, by indexes only; what is shown of them is fetched for one page.
  const { rows } = await db.query<Columns & { entries: number; unread: number }>(
    `with own as (
       select id, thread_id, state = ${states.visible} as is_unread from message m
         where recipient_hash = $1 and state = any ($2) and ${putInto('m')}
       union all select id, thread_id, false from citizen_message where sender_hash = $1),
     thread as (
       select thread_id, (array_agg(id order by id desc))[1] as id, count(*)::int as entries, (count(*) filter (where is_unread))::int as unread
       from own group by thread_id),
     page as (select * from thread where ($3::uuid is null or id < $3) order by id desc limit $4)
     select ${ENTRY}, page.entries, page.unread from page
     cross join lateral (${entries({ received: 'and m.id = page.id', sent: 'and c.id = page.id', end: '' })}) e ${NAMES}
     order by page.id desc`,
    [ownerHash, SHOWN, before, limit],
  )
  return rows.map(({ entries, unread, ...row }) => ({ newest: toEntry(sealer)(row), entries, unread }))
}

/** One entry of an owner's; null when there is none, or when it is somebody else's. */
export async function findEntry(
  db: Queryable,
  sealer: Sealer,
  { ownerHash, id }: { ownerHash: Buffer; id: string },
): Promise<Entry | null> {
  const { rows } = await db.query<Columns>(
    `select ${ENTRY} from (${entries({ received: 'and m.id = $3', sent: 'and c.id = $3', end: '' })}) e ${NAMES}`,
    [ownerHash, SHOWN, id],
  )
  return rows[0] === undefined ? null : toEntry(sealer)(rows[0])
}

/** How many messages of an owner nobody has opened yet; of one thread, or of all. */
export async function countUnread(
  db: Queryable,
  { ownerHash, threadId }: { ownerHash: Buffer; threadId: string | null },
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::float8 as count from message m
     where recipient_hash = $1 and state = ${states.visible} and ($2::uuid is null or thread_id = $2) and ${putInto('m')}`,
    [ownerHash, threadId],
  )
  return rows[0]!.count
}

/** The states that a message has had, first to last. */
export async function historyOf(db: Queryable, key: MessageKey): Promise<{ state: StateCode; at: Date }[]> {
  const { rows } = await db.query<{ state: StateCode; at: Date }>(
    'select state::int, at from state_event where bucket = $1 and message_id = $2 order by id',
    [key.bucket, key.messageId],
  )
  return rows
}
