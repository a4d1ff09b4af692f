import { uuidv7 } from 'uuidv7'
import type { Tx } from './database.js'

/** Notes who did what to which ids, in the transaction of the act itself. Ids only: no content, no identity codes. */
export async function insertAudit(tx: Tx, entry: { actor: string; act: string; subject: object }): Promise<void> {
  await tx.query('insert into audit (id, actor, act, subject) values ($1, $2, $3, $4)', [
    uuidv7(),
    entry.actor,
    entry.act,
    entry.subject,
  ])
}
