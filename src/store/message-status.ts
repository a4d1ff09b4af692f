import type { Recipient, StateCode } from '../message/index.js'
import type { MessageStatus } from '../registration/index.js'
import { sealedValue } from '../sensitive.js'
import { BUCKETS } from './bucket.js'
import type { Queryable } from './database.js'
import { purposes } from './messages.js'
import type { Sealer } from './sealing.js'
import type { ServiceId } from './services.js'
import { keepable } from './submissions.js'

/** A message's present state and history, with what found it. */
export interface FoundStatus extends Omit<MessageStatus, 'history'> {
  readonly history: readonly { readonly id: string; readonly state: StateCode; readonly at: Date }[]
}

const STATUS = `m.number::text, i.reference, s.exchange_id as "exchangeId", i.submission_id as "traceId", m.sealed_recipient,
  s.received_at as "receivedAt", m.state, m.state_at as "stateAt",
  (select json_agg(json_build_object('id', e.id, 'state', e.state, 'at', e.at) order by e.id) from state_event e
     where e.bucket = m.bucket and e.message_id = m.id) as history
  from message m join item i on i.bucket = m.bucket and i.id = m.item_id join submission s on s.id = i.submission_id`

type Columns = Omit<FoundStatus, 'recipient' | 'history'> & {
  readonly sealed_recipient: Buffer
  readonly history: readonly { readonly id: string; readonly state: StateCode; readonly at: string }[]
}

const toStatus = (sealer: Sealer, { sealed_recipient: sealed, history, ...row }: Columns): FoundStatus => ({
  ...row,
  recipient: sealedValue(() => JSON.parse(sealer.open(sealed, purposes.recipient).toString('utf8')) as Recipient),
  history: history.map((event) => ({ ...event, at: new Date(event.at) })),
})

/** How each kind of id finds messages; all of them of one service only. */
const CONDITIONS = {
  reference: 'i.reference = any ($3::text[])',
  number: `m.number = any ($3::bigint[]) and m.bucket = any (select n % ${BUCKETS} from unnest($3::bigint[]) n)`,
  exchangeId: `i.submission_id in (select id from submission where authority_id = $1 and service_id = $2
    and exchange_id = any ($3::text[]) and outcome = 'accepted')`,
} as const

export type IdKind = keyof typeof CONDITIONS

/** What an id is in the database: the log keeps exchange ids in part, and a number is a number. */
export function storedId(kind: IdKind, id: string): string | null {
  if (kind === 'number') return /^\d{1,18}$/.test(id) ? String(BigInt(id)) : null
  return kind === 'exchangeId' ? keepable(id) : id.includes('\0') ? null : id
}

/** A service's own messages by ids, oldest first; ids of other services find nothing. */
export async function findStatuses(
  db: Queryable,
  sealer: Sealer,
  { authorityId, id }: ServiceId,
  query: { readonly by: IdKind; readonly ids: readonly string[]; readonly limit: number },
): Promise<FoundStatus[]> {
  const { rows } = await db.query<Columns>(
    `select ${STATUS} where i.authority_id = $1 and i.service_id = $2 and ${CONDITIONS[query.by]} order by m.id limit $4`,
    [authorityId, id, query.ids, query.limit],
  )
  return rows.map((row) => toStatus(sealer, row))
}

/** The messages that changes are about, each once, oldest first. */
export async function statusesOf(
  db: Queryable,
  sealer: Sealer,
  messages: readonly { readonly bucket: number; readonly messageId: string }[],
): Promise<FoundStatus[]> {
  const { rows } = await db.query<Columns>(
    `select ${STATUS} where (m.bucket, m.id) in (select * from unnest($1::smallint[], $2::uuid[])) order by m.id`,
    [messages.map(({ bucket }) => bucket), messages.map(({ messageId }) => messageId)],
  )
  return rows.map((row) => toStatus(sealer, row))
}
