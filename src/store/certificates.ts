import type { Queryable } from './database.js'
import type { ServiceId } from './services.js'

/** What the last look at a registered certificate's chain and revocation found. */
export interface StatusRow {
  readonly state: 'good' | 'revoked' | 'untrusted' | 'unknown'
  readonly source: 'ocsp' | 'crl' | 'chain' | 'anchor'
  readonly reason: string | null
  readonly revokedAt: Date | null
  readonly checkedAt: Date
  readonly validUntil: Date | null
}

/** A certificate of one service, as pages and lists show it. */
export interface RegistrationRow {
  readonly authorityId: string
  readonly serviceId: string
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** null before the first look */
  readonly status: StatusRow | null
}

const STATUS = `case when t.fingerprint is not null then json_build_object('state', t.state, 'source', t.source,
  'reason', t.reason, 'revokedAt', t.revoked_at, 'checkedAt', t.checked_at, 'validUntil', t.valid_until) end as status`

const ROW = `c.authority_id as "authorityId", c.service_id as "serviceId", encode(c.fingerprint, 'hex') as fingerprint,
  c.subject, c.not_before as "notBefore", c.not_after as "notAfter", ${STATUS}`
const FROM = 'from service_certificate c left join certificate_status t on t.fingerprint = c.fingerprint'

export async function listRegistrations(
  db: Queryable,
  { authorityId, serviceId }: { authorityId?: string; serviceId?: string } = {},
): Promise<RegistrationRow[]> {
  const { rows } = await db.query<WithJson<RegistrationRow>>(
    `select ${ROW} ${FROM}
     where ($1::text is null or c.authority_id = $1) and ($2::text is null or c.service_id = $2)
     order by c.authority_id, c.service_id, c.not_after, c.fingerprint`,
    [authorityId ?? null, serviceId ?? null],
  )
  return rows.map(withStatus)
}

/** A certificate of a service as it judges signatures. */
export interface KeyRow extends RegistrationRow {
  readonly der: Buffer
}

/** The keys of one service. */
export async function keysOf(db: Queryable, { authorityId, id }: ServiceId): Promise<KeyRow[]> {
  const { rows } = await db.query<WithJson<KeyRow>>(
    `select c.der, ${ROW} ${FROM} where c.authority_id = $1 and c.service_id = $2 order by c.not_after, c.fingerprint`,
    [authorityId, id],
  )
  return rows.map(withStatus)
}

/** Instants are texts in JSON. */
interface JsonStatus extends Omit<StatusRow, 'revokedAt' | 'checkedAt' | 'validUntil'> {
  readonly revokedAt: string | null
  readonly checkedAt: string
  readonly validUntil: string | null
}

type WithJson<Row extends RegistrationRow> = Omit<Row, 'status'> & { readonly status: JsonStatus | null }

const withStatus = <Row extends { readonly status: JsonStatus | null }>({ status, ...row }: Row) => ({
  ...row,
  status: status === null ? null : withDates(status),
})

const dateOrNull = (text: string | null): Date | null => (text === null ? null : new Date(text))

const withDates = ({ revokedAt, checkedAt, validUntil, ...status }: JsonStatus): StatusRow => ({
  ...status,
  revokedAt: dateOrNull(revokedAt),
  checkedAt: new Date(checkedAt),
  validUntil: dateOrNull(validUntil),
})

export interface ClaimedCertificate {
  readonly fingerprint: string
  readonly der: Buffer
}

/**
 * Takes registered certificates that have to be looked at, each for one process only: whoever moves next_check_at on
 * has it, and when that process dies the certificate is due again after `leaseMs`.
 * @param fingerprints  takes these whether they are due or not; all that are due when missing
 */
export async function claimDue(
  db: Queryable,
  { leaseMs, limit, fingerprints }: { leaseMs: number; limit: number; fingerprints?: readonly string[] },
): Promise<ClaimedCertificate[]> {
  const { rows } = await db.query<ClaimedCertificate>(
    `with due as (
       select distinct c.fingerprint from service_certificate c
       left join certificate_status t on t.fingerprint = c.fingerprint
       where case when $3::bytea[] is null then t.fingerprint is null or t.next_check_at <= now() else c.fingerprint = any ($3) end
       order by c.fingerprint limit $2
     ), claimed as (
       insert into certificate_status (fingerprint, state, source, reason, next_check_at)
       select fingerprint, 'unknown', 'chain', 'it is being looked at for the first time', now() + $1 * interval '1 ms' from due
       on conflict (fingerprint) do update set next_check_at = excluded.next_check_at
       where certificate_status.next_check_at <= now() or $3::bytea[] is not null
       returning fingerprint
     )
     select distinct on (c.fingerprint) encode(c.fingerprint, 'hex') as fingerprint, c.der
     from claimed join service_certificate c on c.fingerprint = claimed.fingerprint order by c.fingerprint`,
    [leaseMs, limit, fingerprints?.map((one) => Buffer.from(one, 'hex')) ?? null],
  )
  return rows
}

export interface NewStatus extends Omit<StatusRow, 'checkedAt'> {
  readonly fingerprint: string
  readonly facts: object
  readonly nextCheckMs: number
}

/**
 * Writes what a look has found. A look that found nothing out does not undo an earlier answer that still holds: good
 * until its time is over, revoked for ever.
 * @returns the state before and after, or null when the certificate is not registered any more
 */
export async function putStatus(
  db: Queryable,
  { fingerprint, state, source, reason, revokedAt, validUntil, facts, nextCheckMs }: NewStatus,
): Promise<{ before: StatusRow['state']; after: StatusRow['state'] } | null> {
  const { rows } = await db.query<{ before: StatusRow['state']; after: StatusRow['state'] }>(
    `with old as (
       select *, $2 = 'unknown' and (revoked_at is not null or state = 'good' and source in ('ocsp', 'crl') and valid_until > now()) as holds
       from certificate_status where fingerprint = $1 for update
     )
     update certificate_status t set
       state = case when old.holds then old.state else $2 end,
       source = case when old.holds then old.source else $3 end,
       reason = case when old.holds then old.reason else $4 end,
       revoked_at = case when old.holds or $2 = 'untrusted' then old.revoked_at else $5 end,
       checked_at = case when old.holds then old.checked_at else now() end,
       valid_until = case when old.holds then old.valid_until else $6 end,
       facts = $7::jsonb || case when old.holds then jsonb_build_object('lastFailure', $4::text, 'failedAt', now()) else '{}' end,
       next_check_at = least(now() + $8 * interval '1 ms',
         greatest(case when old.holds then old.valid_until else $6 end - interval '5 min', now() + interval '1 min'))
     from old where t.fingerprint = old.fingerprint
     returning old.state as before, t.state as after`,
    [Buffer.from(fingerprint, 'hex'), state, source, reason, revokedAt, validUntil, facts, nextCheckMs],
  )
  return rows[0] ?? null
}

/** Takes a certificate from a service; what was found about it goes when no other service has it. */
export async function removeRegistration(
  db: Queryable,
  { authorityId, serviceId, fingerprint }: Pick<RegistrationRow, 'authorityId' | 'serviceId' | 'fingerprint'>,
): Promise<boolean> {
  const key = Buffer.from(fingerprint, 'hex')
  const { rowCount } = await db.query(
    'delete from service_certificate where authority_id = $1 and service_id = $2 and fingerprint = $3',
    [authorityId, serviceId, key],
  )
  await db.query(
    `delete from certificate_status where fingerprint = $1
       and not exists (select from service_certificate where fingerprint = $1)`,
    [key],
  )
  return rowCount === 1
}
