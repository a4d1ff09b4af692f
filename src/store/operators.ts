import type { Queryable, Tx } from './database.js'

/** Somebody who may approve; known by a personal key, of which only the hash is here. */
export interface Operator {
  readonly name: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly removedAt: Date | null
}

const OPERATOR = `name, created_by as "createdBy", created_at as "createdAt", removed_at as "removedAt"`

/** @returns false when somebody has, or had, this name: what was approved under it stays theirs */
export async function insertOperator(
  tx: Tx,
  { name, keyHash, createdBy }: { name: string; keyHash: Buffer; createdBy: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into operator (name, key_hash, created_by) values ($1, $2, $3) on conflict (name) do nothing',
    [name, keyHash, createdBy],
  )
  return rowCount === 1
}

/** Whose key this is; null for a key of nobody, or of somebody who was removed. */
export async function findOperator(db: Queryable, keyHash: Buffer): Promise<Operator | null> {
  const { rows } = await db.query<Operator>(
    `select ${OPERATOR} from operator where key_hash = $1 and removed_at is null`,
    [keyHash],
  )
  return rows[0] ?? null
}

export async function listOperators(db: Queryable): Promise<Operator[]> {
  const { rows } = await db.query<Operator>(`select ${OPERATOR} from operator order by name`)
  return rows
}

export async function removeOperator(tx: Tx, name: string): Promise<boolean> {
  const { rowCount } = await tx.query('update operator set removed_at = now() where name = $1 and removed_at is null', [
    name,
  ])
  return rowCount === 1
}
