import { uuidv7 } from 'uuidv7'
import type { Channel } from '../message/index.js'
import type { Queryable, Tx } from './database.js'
import type { ServiceKey } from './messages.js'

/** What is stopped: a channel, a service, or a channel of a service. */
export interface PauseScope {
  readonly channel: Channel | null
  readonly service: ServiceKey | null
}

export interface Pause {
  readonly channel: Channel | null
  readonly authorityId: string | null
  readonly serviceId: string | null
  readonly reason: string
  readonly createdBy: string
  readonly createdAt: Date
}

const valuesOf = ({ channel, service }: PauseScope): unknown[] => [
  channel,
  service?.authorityId ?? null,
  service?.serviceId ?? null,
]

/** @returns false when it is paused already */
export async function insertPause(
  tx: Tx,
  scope: PauseScope,
  { reason, createdBy }: { reason: string; createdBy: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into pause (id, channel, authority_id, service_id, reason, created_by) values ($4, $1, $2, $3, $5, $6)
     on conflict do nothing`,
    [...valuesOf(scope), uuidv7(), reason, createdBy],
  )
  return rowCount === 1
}

/** @returns false when it is not paused */
export async function deletePause(tx: Tx, scope: PauseScope): Promise<boolean> {
  const { rowCount } = await tx.query(
    `delete from pause where channel is not distinct from $1 and authority_id is not distinct from $2
       and service_id is not distinct from $3`,
    valuesOf(scope),
  )
  return rowCount === 1
}

export async function listPauses(db: Queryable): Promise<Pause[]> {
  const { rows } = await db.query<Pause>(
    `select channel, authority_id as "authorityId", service_id as "serviceId", reason, created_by as "createdBy",
       created_at as "createdAt" from pause order by created_at`,
  )
  return rows
}

export interface OpenBreaker {
  readonly line: string
  readonly failures: number
  /** null: it is still tried as ever */
  readonly openUntil: Date | null
  readonly failedAt: Date
  readonly code: string | null
}

/** Targets that do not answer at present. */
export async function listBreakers(db: Queryable): Promise<OpenBreaker[]> {
  const { rows } = await db.query<OpenBreaker>(
    `select line, failures, open_until as "openUntil", failed_at as "failedAt", code from breaker order by line`,
  )
  return rows
}
