import { createHash, randomBytes } from 'node:crypto'
import { audit, operators, type Database, type Queryable } from '../../store/index.js'

const KEY_BYTES = 32
const PREFIX = 'asti-operator-'

/** Keys are random and long, so their plain hash tells nothing. */
const hashKey = (key: string): Buffer => createHash('sha256').update(key.trim(), 'utf8').digest()

/**
 * Adds somebody who may approve, with a personal key. It is in the answer and nowhere else.
 * @returns null when somebody has, or had, this name
 */
export function addOperator(
  { db }: { db: Database },
  { name, actor }: { name: string; actor: string },
): Promise<string | null> {
  const key = PREFIX + randomBytes(KEY_BYTES).toString('base64url')
  return db.withTransaction(async (tx) => {
    if (!(await operators.insertOperator(tx, { name, keyHash: hashKey(key), createdBy: actor }))) return null
    await audit.insertAudit(tx, { actor, act: 'operator.added', subject: { operator: name } })
    return key
  })
}

/** What a removed operator has approved counts no more. @returns false when there is none of this name */
export function removeOperator(
  { db }: { db: Database },
  { name, actor }: { name: string; actor: string },
): Promise<boolean> {
  return db.withTransaction(async (tx) => {
    const isRemoved = await operators.removeOperator(tx, name)
    if (isRemoved) await audit.insertAudit(tx, { actor, act: 'operator.removed', subject: { operator: name } })
    return isRemoved
  })
}

/** Whose key this is; null for nobody's. */
export const findOperator = async (db: Queryable, key: string): Promise<string | null> =>
  (await operators.findOperator(db, hashKey(key)))?.name ?? null
