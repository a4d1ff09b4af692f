import type { Queryable, Tx } from './database.js'
import type { Sealer } from './sealing.js'
import { sealedValue, type Sensitive } from '../sensitive.js'

const PURPOSE = 'caught.notice'

/** An e-mail or SMS that was kept instead of being sent. */
export interface CaughtContent {
  readonly to: string
  /** null for an SMS */
  readonly subject: string | null
  readonly text: string
  readonly attachments: readonly { readonly name: string; readonly sizeBytes: number | null }[]
}

interface Origin {
  /** the delivery's */
  readonly id: string
  readonly channel: string
  readonly authorityId: string
  readonly serviceId: string
  readonly messageId: string
}

export interface Caught extends Origin {
  readonly createdAt: Date
  readonly content: Sensitive<CaughtContent>
}

/** Keeps what a test service would have sent, in the transaction that ends the attempt. */
export async function insertCaught(tx: Tx, sealer: Sealer, origin: Origin, content: CaughtContent): Promise<void> {
  const { id, channel, authorityId, serviceId, messageId } = origin
  await tx.query(
    `insert into caught (id, channel, authority_id, service_id, message_id, sealed) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do nothing`,
    [id, channel, authorityId, serviceId, messageId, sealer.seal(JSON.stringify(content), PURPOSE)],
  )
}

/** Newest first; of one service, of one message, or of all. */
export async function listCaught(
  db: Queryable,
  sealer: Sealer,
  filter: {
    readonly limit: number
    readonly service?: { readonly authorityId: string; readonly serviceId: string } | undefined
    readonly messageId?: string | undefined
    /** what came before this one */
    readonly before?: { readonly createdAt: Date; readonly id: string } | undefined
  },
): Promise<Caught[]> {
  const { service, messageId, before, limit } = filter
  const { rows } = await db.query<Omit<Caught, 'content'> & { sealed: Buffer }>(
    `select id, channel, authority_id as "authorityId", service_id as "serviceId", message_id as "messageId",
       created_at as "createdAt", sealed
     from caught where ($2::text is null or (authority_id = $2 and service_id = $3)) and ($4::uuid is null or message_id = $4)
       and ($5::timestamptz is null or (date_trunc('milliseconds', created_at), id) < ($5, $6::uuid))
     order by date_trunc('milliseconds', created_at) desc, id desc limit $1`,
    [
      ...[limit, service?.authorityId ?? null, service?.serviceId ?? null, messageId ?? null],
      ...[before?.createdAt ?? null, before?.id ?? null],
    ],
  )
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    content: sealedValue(() => JSON.parse(sealer.open(sealed, PURPOSE).toString('utf8')) as CaughtContent),
  }))
}

/** @returns how many */
export async function deleteCaught(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query('delete from caught where created_at < $1', [before])
  return rowCount ?? 0
}
