import type { Environment } from '../registration/index.js'
import type { Queryable, Tx } from './database.js'

export type CodePurpose = 'registration' | 'certificate'

/** A one-time code, without the code itself: that is known to its holder only. */
export interface JoiningCode {
  /** SHA-256, lower-case hex; its beginning names it */
  readonly hash: string
  readonly purpose: CodePurpose
  readonly authorityId: string
  /** null: any service of the authority */
  readonly serviceId: string | null
  /** null: whichever is asked for */
  readonly environment: Environment | null
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | null
  /** trace id of the request that used it */
  readonly usedBy: string | null
  readonly revokedAt: Date | null
}

const CODE = `encode(hash, 'hex') as hash, purpose, authority_id as "authorityId", service_id as "serviceId", environment,
  created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt", used_by as "usedBy", revoked_at as "revokedAt"`

export async function insertCode(
  tx: Tx,
  code: Pick<JoiningCode, 'purpose' | 'authorityId' | 'serviceId' | 'environment' | 'createdBy'> & {
    readonly hash: Buffer
    readonly lifetimeMs: number
  },
): Promise<Date> {
  const { rows } = await tx.query<{ expiresAt: Date }>(
    `insert into joining_code (hash, purpose, authority_id, service_id, environment, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 ms') returning expires_at as "expiresAt"`,
    [code.hash, code.purpose, code.authorityId, code.serviceId, code.environment, code.createdBy, code.lifetimeMs],
  )
  return rows[0]!.expiresAt
}

/**
 * Uses a code up, for good once the transaction commits. Of two requests with the same code one gets it.
 * @returns what it allows; null when there is no such code that could be used for this now
 */
export async function useCode(
  tx: Tx,
  use: {
    readonly hash: Buffer
    readonly purpose: CodePurpose
    readonly authorityId: string
    readonly serviceId: string
    readonly environment: Environment | null
    /** trace id */
    readonly usedBy: string
  },
): Promise<JoiningCode | null> {
  const { rows } = await tx.query<JoiningCode>(
    `update joining_code set used_at = now(), used_by = $6
     where hash = $1 and purpose = $2 and authority_id = $3 and (service_id is null or service_id = $4)
       and ($5::text is null or environment is null or environment = $5)
       and used_at is null and revoked_at is null and expires_at > now() returning ${CODE}`,
    [use.hash, use.purpose, use.authorityId, use.serviceId, use.environment, use.usedBy],
  )
  return rows[0] ?? null
}

/** Newest first. */
export async function listCodes(db: Queryable, { limit }: { limit: number }): Promise<JoiningCode[]> {
  const { rows } = await db.query<JoiningCode>(`select ${CODE} from joining_code order by created_at desc limit $1`, [
    limit,
  ])
  return rows
}

/**
 * Takes back codes that nobody has used yet.
 * @param beginning  the first hex digits of its hash
 * @returns those that were taken back
 */
export async function revokeCodes(tx: Tx, beginning: string): Promise<JoiningCode[]> {
  const { rows } = await tx.query<JoiningCode>(
    `update joining_code set revoked_at = now()
     where encode(hash, 'hex') like $1 || '%' and used_at is null and revoked_at is null returning ${CODE}`,
    [beginning],
  )
  return rows
}
