import { sideOf, type NoticeWishes } from '../message/index.js'
import type { Environment } from '../registration/index.js'
import { Sensitive, sensitive } from '../sensitive.js'
import type { Queryable } from './database.js'
import type { Sealer } from './sealing.js'

export type AccountState = 'active' | 'passive'

export interface Account {
  readonly owner: Sensitive<string>
  readonly idType: string
  readonly state: AccountState
  readonly joinedAt: Date
  readonly stateAt: Date
}

const PURPOSE = 'account.owner'

interface Row {
  owner_hash: Buffer
  sealed_owner: Buffer
  id_type: string
  state: AccountState
  joined_at: Date
  state_at: Date
}

interface NewAccount {
  readonly owner: string
  readonly idType: string
  readonly state: AccountState
}

/** Opens an account; one that exists stays as it is. @returns whether it is new */
export async function openAccount(db: Queryable, sealer: Sealer, account: NewAccount): Promise<boolean> {
  return insertAccount(db, sealer, account, 'do nothing')
}

/** Opens an account, or gives one that exists another state. */
export async function putAccount(db: Queryable, sealer: Sealer, account: NewAccount): Promise<void> {
  await insertAccount(
    db,
    sealer,
    account,
    `(owner_hash) do update set state = excluded.state, environment = excluded.environment, state_at = case when account.state = excluded.state then account.state_at else now() end`,
  )
}

async function insertAccount(
  db: Queryable,
  sealer: Sealer,
  { owner, idType, state }: NewAccount,
  onConflict: string,
): Promise<boolean> {
  const sealed = sealer.seal(owner.trim().toUpperCase(), PURPOSE)
  const { rowCount } = await db.query(
    `insert into account (owner_hash, id_type, sealed_owner, state, environment) values ($1, $2, $3, $4, $5) on conflict ${onConflict}`,
    [sealer.hashId(owner), idType, sealed, state, sideOf(owner)],
  )
  return rowCount === 1
}

/** What has to be known of an account before something is sent to it. */
export interface AccountStanding extends NoticeWishes {
  readonly state: AccountState
  readonly stateAt: Date
}

/** States and wishes of the accounts that exist among these owners, by the hex of the owner's hash. */
export async function accountStates(
  db: Queryable,
  ownerHashes: readonly Buffer[],
): Promise<Map<string, AccountStanding>> {
  const { rows } = await db.query<AccountStanding & { ownerHash: Buffer }>(
    `select owner_hash as "ownerHash", state, state_at as "stateAt", wants_email as "wantsEmail", wants_sms as "wantsSms",
       sealed_contact is not null as "hasContact"
     from account where owner_hash = any($1)`,
    [ownerHashes],
  )
  return new Map(rows.map(({ ownerHash, ...standing }) => [ownerHash.toString('hex'), standing]))
}

/**
 * Accounts that were opened within an interval, oldest first; open ends with null, both environments too. Among those of
 * one environment are some whose owners nobody has looked at yet.
 */
export async function listAccounts(
  db: Queryable,
  sealer: Sealer,
  {
    from = null,
    to = null,
    environment = null,
    limit,
  }: { from?: Date | null; to?: Date | null; environment?: Environment | null; limit: number },
): Promise<Account[]> {
  const { rows } = await db.query<Row>(
    `select * from account where ($1::timestamptz is null or joined_at >= $1) and ($2::timestamptz is null or joined_at <= $2)
       and ($4::text is null or environment = $4 or environment is null)
     order by joined_at, owner_hash limit $3`,
    [from, to, limit, environment],
  )
  return rows.map((row) => ({
    owner: sensitive(sealer.open(row.sealed_owner, PURPOSE).toString('utf8')),
    idType: row.id_type,
    state: row.state,
    joinedAt: row.joined_at,
    stateAt: row.state_at,
  }))
}

const BATCH = 1_000

/**
 * Says of accounts that are older than the two environments to which one their owners belong: only the opened id tells.
 * Safe on any number of processes at once; where nothing is left to do it costs a look into an empty index.
 */
export async function placeAccounts(db: Queryable, sealer: Sealer): Promise<void> {
  for (;;) {
    const { rows } = await db.query<Pick<Row, 'owner_hash' | 'sealed_owner'>>(
      'select owner_hash, sealed_owner from account where environment is null order by owner_hash limit $1',
      [BATCH],
    )
    if (rows.length === 0) return
    const sides = rows.map(({ sealed_owner }) => sideOf(sealer.open(sealed_owner, PURPOSE).toString('utf8')))
    await db.query(
      `update account a set environment = p.side from unnest($1::bytea[], $2::text[]) as p (owner, side)
       where a.owner_hash = p.owner and a.environment is null`,
      [rows.map(({ owner_hash }) => owner_hash), sides],
    )
  }
}
