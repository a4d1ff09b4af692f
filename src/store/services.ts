import type { Environment, ServiceSettings, ServiceState, SettingName, Standing } from '../registration/index.js'
import type { StatusRow } from './certificates.js'
import type { Queryable, Tx } from './database.js'

/** Which service is meant. */
export interface ServiceId {
  readonly authorityId: string
  readonly id: string
}

export interface Service extends ServiceId {
  readonly name: string
  /** what it was registered for */
  readonly environment: Environment
  readonly state: ServiceState
  readonly settings: ServiceSettings
}

export interface CertificateRow {
  readonly der: Buffer
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A certificate and the services it may speak for, all of one authority unless somebody registered it for two. */
export interface CertificateOwner {
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string
  readonly der: Buffer
  readonly services: readonly Service[]
  /** null before the first look at it */
  readonly status: StatusRow | null
}

export const SERVICE = `s.authority_id as "authorityId", s.id, s.name, s.environment, s.state, s.settings`

const OWNER = `encode(c.fingerprint, 'hex') as fingerprint, c.der,
  json_agg(json_build_object('authorityId', s.authority_id, 'id', s.id, 'name', s.name, 'environment', s.environment,
    'state', s.state, 'settings', s.settings) order by s.authority_id, s.id) as services,
  t.state, t.source, t.reason, t.revoked_at as "revokedAt", t.checked_at as "checkedAt", t.valid_until as "validUntil"
  from service_certificate c join service s on s.authority_id = c.authority_id and s.id = c.service_id
  left join certificate_status t on t.fingerprint = c.fingerprint`

type OwnerColumns = Omit<CertificateOwner, 'status'> & StatusRow

const toOwner = ({ fingerprint, der, services, ...status }: OwnerColumns): CertificateOwner => ({
  fingerprint,
  der,
  services,
  // Columns of an outer join: without a row of its own they are all null.
  status: (status.state as string | null) === null ? null : status,
})

export async function findCertificateOwner(db: Queryable, fingerprint: string): Promise<CertificateOwner | null> {
  const { rows } = await db.query<OwnerColumns>(
    `select ${OWNER} where c.fingerprint = $1 group by c.fingerprint, c.der, t.fingerprint`,
    [Buffer.from(fingerprint, 'hex')],
  )
  return rows[0] === undefined ? null : toOwner(rows[0])
}

/** The certificates that are registered for services of an authority, each with its services at that authority. */
export async function certificatesOf(db: Queryable, authorityId: string): Promise<CertificateOwner[]> {
  const { rows } = await db.query<OwnerColumns>(
    `select ${OWNER} where c.authority_id = $1 group by c.fingerprint, c.der, t.fingerprint order by c.fingerprint`,
    [authorityId],
  )
  return rows.map(toOwner)
}

export async function servicesOf(db: Queryable, authorityId: string): Promise<Service[]> {
  const { rows } = await db.query<Service>(`select ${SERVICE} from service s where s.authority_id = $1 order by s.id`, [
    authorityId,
  ])
  return rows
}

export interface ListedService extends Service {
  readonly authorityName: string
  readonly certificates: { readonly fingerprint: string; readonly subject: string; readonly notAfter: string }[]
}

export async function listServices(db: Queryable): Promise<ListedService[]> {
  const { rows } = await db.query<ListedService>(
    `select ${SERVICE}, a.name as "authorityName", coalesce(c.list, '[]') as certificates
     from service s join authority a on a.id = s.authority_id
     left join lateral (
       select json_agg(json_build_object('fingerprint', encode(fingerprint, 'hex'), 'subject', subject, 'notAfter', not_after) order by not_after) as list
       from service_certificate where authority_id = s.authority_id and service_id = s.id) c on true
     order by s.authority_id, s.id`,
  )
  return rows
}

export interface NewService extends ServiceId {
  readonly name: string
  readonly environment: Environment
  /** of a new authority; the service's own name when missing */
  readonly authorityName?: string
  readonly settings?: ServiceSettings
  /** of a new service */
  readonly state: ServiceState
}

/**
 * Adds a service with its registration; one that exists keeps all it has but its name.
 * @returns whether it is new
 */
export async function addService(db: Queryable, service: NewService): Promise<boolean> {
  const { authorityId, id, name, authorityName = name } = service
  await db.query('insert into authority (id, name) values ($1, $2) on conflict (id) do nothing', [
    authorityId,
    authorityName,
  ])
  // A row that is new has no earlier version of itself.
  const { rows } = await db.query<{ isNew: boolean }>(
    `insert into service (authority_id, id, name, environment, state, settings) values ($1, $2, $3, $4, $5, $6)
     on conflict (authority_id, id) do update set name = excluded.name returning xmax = 0 as "isNew"`,
    [authorityId, id, name, service.environment, service.state, service.settings ?? {}],
  )
  await db.query(
    `insert into registration (authority_id, service_id, names, wishes) values ($1, $2, $3, '{}') on conflict do nothing`,
    [authorityId, id, { authority: { fi: authorityName }, service: { fi: name } }],
  )
  return rows[0]!.isNew
}

/** Lets a service sign with a certificate; false when it may already. */
export async function addCertificate(
  db: Queryable,
  { authorityId, id }: ServiceId,
  certificate: CertificateRow,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into service_certificate (fingerprint, authority_id, service_id, der, subject, not_before, not_after)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      Buffer.from(certificate.fingerprint, 'hex'),
      authorityId,
      id,
      certificate.der,
      certificate.subject,
      certificate.notBefore,
      certificate.notAfter,
    ],
  )
  return rowCount === 1
}

/**
 * Makes sure that an authority is known, and nobody else registers a service of it until the transaction ends.
 * @returns how many services it has
 */
export async function lockAuthority(tx: Tx, authorityId: string, name: string): Promise<number> {
  await tx.query('insert into authority (id, name) values ($1, $2) on conflict (id) do nothing', [authorityId, name])
  await tx.query('select from authority where id = $1 for update', [authorityId])
  return (await servicesOf(tx, authorityId)).length
}

/**
 * The services that a certificate may speak for, and nobody registers it for another one until the transaction ends.
 * Locks come in one order: authority, service, certificate.
 */
export async function lockCertificate(tx: Tx, fingerprint: string): Promise<readonly Service[]> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('certificate ' || $1, 0))`, [fingerprint])
  return (await findCertificateOwner(tx, fingerprint))?.services ?? []
}

/**
 * The service as it is now, for a request in hand. Nothing is locked: requests of one service must not wait for each
 * other, and one that commits in the same moment as a move has come before it.
 */
export async function findService(tx: Tx, key: ServiceId): Promise<Service | null> {
  const { rows } = await tx.query<Service>(`select ${SERVICE} from service s where s.authority_id = $1 and s.id = $2`, [
    key.authorityId,
    key.id,
  ])
  return rows[0] ?? null
}

/** The service as it is, and nobody changes it until the transaction ends; null when there is none. */
export async function lockService(tx: Tx, { authorityId, id }: ServiceId): Promise<(Service & Standing) | null> {
  const { rows } = await tx.query<Service & Standing>(
    `select ${SERVICE}, s.suspended_from as "suspendedFrom" from service s
     where s.authority_id = $1 and s.id = $2 for update`,
    [authorityId, id],
  )
  return rows[0] ?? null
}

/** Gives a locked service another standing. */
export async function setStanding(
  tx: Tx,
  { authorityId, id }: ServiceId,
  { state, suspendedFrom, reason }: Standing & { reason: string | null },
): Promise<void> {
  await tx.query(
    `update service set state = $3, suspended_from = $4, state_reason = $5, state_at = now()
     where authority_id = $1 and id = $2`,
    [authorityId, id, state, suspendedFrom, reason],
  )
}

/** Changes the settings named here and forgets those in `cleared`; the others stay as they are. */
export async function changeSettings(
  db: Queryable,
  { authorityId, id }: ServiceId,
  settings: ServiceSettings,
  cleared: readonly SettingName[] = [],
): Promise<void> {
  await db.query('update service set settings = (settings - $4::text[]) || $3 where authority_id = $1 and id = $2', [
    authorityId,
    id,
    settings,
    cleared,
  ])
}

export async function setEnvironment(tx: Tx, { authorityId, id }: ServiceId, environment: Environment): Promise<void> {
  await tx.query('update service set environment = $3 where authority_id = $1 and id = $2', [
    authorityId,
    id,
    environment,
  ])
}
