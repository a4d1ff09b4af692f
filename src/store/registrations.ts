import { uuidv7 } from 'uuidv7'
import type {
  Environment,
  JoiningProcess,
  Names,
  ProcessPart,
  RegisteredContact,
  ServiceState,
  Wishes,
} from '../registration/index.js'
import { sealedValue, type Sensitive } from '../sensitive.js'
import type { Queryable, Tx } from './database.js'
import type { Sealer } from './sealing.js'
import type { ServiceId } from './services.js'

/** What an authority asked for, and how far its joining has come. */
export interface Registration extends ServiceId {
  readonly environment: Environment
  readonly state: ServiceState
  readonly stateAt: Date
  readonly suspendedFrom: ServiceState | null
  readonly reason: string | null
  readonly businessId: string | null
  readonly authorityNames: Names
  readonly serviceNames: Names
  readonly wishes: Partial<Wishes>
  readonly contacts: Sensitive<readonly RegisteredContact[]>
  readonly process: JoiningProcess
  /** rises with every change of what is approved */
  readonly revision: number
  /** operators who approved the present revision and are operators still */
  readonly approvals: readonly string[]
  readonly changedAt: Date
}

/** What a request of the authority itself sets. */
export interface NewApplication {
  readonly businessId: string
  readonly authorityNames: Names
  readonly serviceNames: Names
  readonly wishes: Wishes
  readonly contacts: readonly RegisteredContact[]
}

const PURPOSES = { contacts: 'registration.contacts', file: 'registration.file' } as const

const REGISTRATION = `r.authority_id as "authorityId", r.service_id as id, s.environment, s.state, s.state_at as "stateAt",
  s.suspended_from as "suspendedFrom", s.state_reason as reason, r.business_id as "businessId", r.names, r.wishes, r.sealed_contacts, r.process,
  r.revision, r.changed_at as "changedAt",
  (select coalesce(json_agg(a.operator order by a.at), '[]') from registration_approval a
     join operator o on o.name = a.operator and o.removed_at is null
     where a.authority_id = r.authority_id and a.service_id = r.service_id and a.revision = r.revision) as approvals
  from registration r join service s on s.authority_id = r.authority_id and s.id = r.service_id`

type Columns = Omit<Registration, 'authorityNames' | 'serviceNames' | 'contacts'> & {
  readonly names: { readonly authority: Partial<Names>; readonly service: Partial<Names> }
  readonly sealed_contacts: Buffer | null
}

const toNames = ({ fi = '', sv = null, en = null }: Partial<Names>): Names => ({ fi, sv, en })

function toRegistration(sealer: Sealer, { names, sealed_contacts: sealed, ...row }: Columns): Registration {
  return {
    ...row,
    authorityNames: toNames(names.authority),
    serviceNames: toNames(names.service),
    contacts: sealedValue(() =>
      sealed === null
        ? []
        : (JSON.parse(sealer.open(sealed, PURPOSES.contacts).toString('utf8')) as RegisteredContact[]),
    ),
  }
}

export async function findRegistration(
  db: Queryable,
  sealer: Sealer,
  { authorityId, id }: ServiceId,
): Promise<Registration | null> {
  const { rows } = await db.query<Columns>(`select ${REGISTRATION} where r.authority_id = $1 and r.service_id = $2`, [
    authorityId,
    id,
  ])
  return rows[0] === undefined ? null : toRegistration(sealer, rows[0])
}

/** All registrations, those that changed last first. */
export async function listRegistrations(
  db: Queryable,
  sealer: Sealer,
  { state, limit }: { state?: ServiceState | undefined; limit: number },
): Promise<Registration[]> {
  const { rows } = await db.query<Columns>(
    `select ${REGISTRATION} where ($1::text is null or s.state = $1)
     order by greatest(r.changed_at, s.state_at) desc, r.authority_id, r.service_id limit $2`,
    [state ?? null, limit],
  )
  return rows.map((row) => toRegistration(sealer, row))
}

/** Writes what the authority asked for; whatever was approved before is not this. */
export async function putApplication(
  tx: Tx,
  sealer: Sealer,
  { authorityId, id }: ServiceId,
  { businessId, authorityNames, serviceNames, wishes, contacts }: NewApplication,
): Promise<void> {
  await tx.query(
    `update registration set business_id = $3, names = $4, wishes = $5, sealed_contacts = $6, revision = revision + 1, changed_at = now()
     where authority_id = $1 and service_id = $2`,
    [
      authorityId,
      id,
      businessId,
      { authority: authorityNames, service: serviceNames },
      wishes,
      sealer.seal(JSON.stringify(contacts), PURPOSES.contacts),
    ],
  )
}

export async function setContacts(
  tx: Tx,
  sealer: Sealer,
  { authorityId, id }: ServiceId,
  contacts: readonly RegisteredContact[],
): Promise<void> {
  await tx.query(
    `update registration set sealed_contacts = $3, changed_at = now() where authority_id = $1 and service_id = $2`,
    [authorityId, id, sealer.seal(JSON.stringify(contacts), PURPOSES.contacts)],
  )
}

/** Writes one part of the joining process, or forgets it (null); whatever was approved before is not this. */
export async function setPart<Part extends ProcessPart>(
  tx: Tx,
  { authorityId, id }: ServiceId,
  part: Part,
  value: JoiningProcess[Part] | null,
): Promise<void> {
  await tx.query(
    `update registration set process = case when $4::jsonb is null then process - $3::text else process || jsonb_build_object($3::text, $4::jsonb) end,
       revision = revision + 1, changed_at = now() where authority_id = $1 and service_id = $2`,
    [authorityId, id, part, value === null ? null : JSON.stringify(value)],
  )
}

/** Raises the revision, for a change of what was approved that is written elsewhere. */
export async function raiseRevision(tx: Tx, { authorityId, id }: ServiceId): Promise<void> {
  await tx.query(
    'update registration set revision = revision + 1, changed_at = now() where authority_id = $1 and service_id = $2',
    [authorityId, id],
  )
}

/**
 * Notes that an operator approves what there is now.
 * @returns false when the same operator has done so already
 */
export async function addApproval(
  tx: Tx,
  { authorityId, id }: ServiceId,
  { revision, operator }: { revision: number; operator: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into registration_approval (authority_id, service_id, revision, operator) values ($1, $2, $3, $4) on conflict do nothing`,
    [authorityId, id, revision, operator],
  )
  return rowCount === 1
}

export interface RegistrationFile {
  readonly id: string
  readonly name: string
  readonly sizeBytes: number
  /** lower-case hex */
  readonly sha256: string
  readonly createdAt: Date
}

const FILE = `id, name, size_bytes::float8 as "sizeBytes", encode(sha256, 'hex') as sha256, created_at as "createdAt"`

export async function insertFile(
  tx: Tx,
  sealer: Sealer,
  { authorityId, id }: ServiceId,
  file: { readonly name: string; readonly sha256: Buffer; readonly content: Buffer },
): Promise<string> {
  const fileId = uuidv7()
  await tx.query(
    `insert into registration_file (id, authority_id, service_id, name, size_bytes, sha256, sealed) values ($1, $2, $3, $4, $5, $6, $7)`,
    [fileId, authorityId, id, file.name, file.content.length, file.sha256, sealer.seal(file.content, PURPOSES.file)],
  )
  return fileId
}

export async function listFiles(db: Queryable, { authorityId, id }: ServiceId): Promise<RegistrationFile[]> {
  const { rows } = await db.query<RegistrationFile>(
    `select ${FILE} from registration_file where authority_id = $1 and service_id = $2 order by id`,
    [authorityId, id],
  )
  return rows
}

export async function readFile(
  db: Queryable,
  sealer: Sealer,
  fileId: string,
): Promise<(RegistrationFile & { readonly content: Buffer }) | null> {
  const { rows } = await db.query<RegistrationFile & { sealed: Buffer }>(
    `select ${FILE}, sealed from registration_file where id = $1`,
    [fileId],
  )
  if (rows[0] === undefined) return null
  const { sealed, ...file } = rows[0]
  return { ...file, content: sealer.open(sealed, PURPOSES.file) }
}
