import { uuidv7 } from 'uuidv7'
import type { Queryable, Tx } from './database.js'
import type { ServiceId } from './services.js'

/** Notes who did what to which ids, in the transaction of the act itself. Ids only: no content, no identity codes. */
export async function insertAudit(tx: Tx, entry: { actor: string; act: string; subject: object }): Promise<void> {
  await tx.query('insert into audit (id, actor, act, subject) values ($1, $2, $3, $4)', [
    uuidv7(),
    entry.actor,
    entry.act,
    entry.subject,
  ])
}

export interface AuditRow {
  readonly at: Date
  readonly actor: string
  readonly act: string
  readonly subject: Readonly<Record<string, unknown>>
}

/** What was done to a service, newest first. */
export async function listActs(
  db: Queryable,
  { authorityId, id }: ServiceId,
  { limit }: { limit: number },
): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(
    `select at, actor, act, subject from audit where subject ->> 'authorityId' = $1 and subject ->> 'id' = $2
     order by id desc limit $3`,
    [authorityId, id, limit],
  )
  return rows
}
