import type { Billing } from '../message/index.js'
import type { StatusRow } from './certificates.js'
import type { Queryable } from './database.js'

export type Environment = 'test' | 'production'

/** Settings of a service that other parts obey; a missing one means the installation's default. */
export interface ServiceSettings {
  /** operations the service may call; all when missing */
  readonly operations?: readonly string[]
  /** whether it may ask for every account, not only for listed ones; no when missing */
  readonly mayListAccounts?: boolean
  readonly responseSecurity?: 'none' | 'signature' | 'signature+timestamp'
  /** which key signs answers to it while the gateway's key changes; the current one when missing */
  readonly signingKey?: 'current' | 'next'
  /** whether SHA-1 is accepted; the installation may refuse it for everybody */
  readonly sha1?: 'allowed' | 'refused'
  /** for paper when the request brings no billing of its own */
  readonly billing?: Billing
}

export interface Service {
  readonly authorityId: string
  readonly id: string
  readonly name: string
  readonly environment: Environment
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

const SERVICE = `s.authority_id as "authorityId", s.id, s.name, s.environment, s.settings`

const OWNER = `encode(c.fingerprint, 'hex') as fingerprint, c.der,
  json_agg(json_build_object('authorityId', s.authority_id, 'id', s.id, 'name', s.name, 'environment', s.environment,
    'settings', s.settings) order by s.authority_id, s.id) as services,
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

/** Adds a service with a certificate, or a further certificate to a service that exists; repeating it changes nothing. */
export async function addService(
  db: Queryable,
  service: Omit<Service, 'settings'> & { authorityName?: string; settings?: ServiceSettings },
  certificate: CertificateRow,
): Promise<void> {
  await db.query('insert into authority (id, name) values ($1, $2) on conflict (id) do nothing', [
    service.authorityId,
    service.authorityName ?? service.name,
  ])
  await db.query(
    `insert into service (authority_id, id, name, environment, settings) values ($1, $2, $3, $4, $5)
     on conflict (authority_id, id) do update set name = excluded.name, environment = excluded.environment`,
    [service.authorityId, service.id, service.name, service.environment, service.settings ?? {}],
  )
  await db.query(
    `insert into service_certificate (fingerprint, authority_id, service_id, der, subject, not_before, not_after)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      Buffer.from(certificate.fingerprint, 'hex'),
      service.authorityId,
      service.id,
      certificate.der,
      certificate.subject,
      certificate.notBefore,
      certificate.notAfter,
    ],
  )
}

/** Changes the settings named here; the others stay as they are. */
export async function changeSettings(
  db: Queryable,
  { authorityId, id }: Pick<Service, 'authorityId' | 'id'>,
  settings: ServiceSettings,
): Promise<void> {
  await db.query('update service set settings = settings || $3 where authority_id = $1 and id = $2', [
    authorityId,
    id,
    settings,
  ])
}
