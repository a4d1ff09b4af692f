import { uuidv7 } from 'uuidv7'
import type { Queryable } from './database.js'
import { SERVICE, type Service } from './services.js'

export type ProofKind = 'client-certificate' | 'network' | 'api-key'

/** What opens the unsigned endpoint for a service: the hash of a certificate or of an API key, or a network. */
export type Proof =
  | { readonly kind: 'client-certificate' | 'api-key'; readonly hash: Buffer; readonly label: string }
  | { readonly kind: 'network'; readonly network: string; readonly label: string }

export interface ListedProof {
  readonly id: string
  readonly authorityId: string
  readonly serviceId: string
  readonly kind: ProofKind
  /** of a certificate, lower-case hex; null for the others */
  readonly fingerprint: string | null
  readonly network: string | null
  readonly label: string
  readonly createdAt: Date
}

/** Services that what a connection shows is registered for, each with the kind of proof; a service may be there twice. */
export async function findProven(
  db: Queryable,
  shown: {
    readonly address: string | null
    readonly certificateHash: Buffer | null
    readonly apiKeyHash: Buffer | null
  },
): Promise<{ kind: ProofKind; service: Service }[]> {
  const { rows } = await db.query<Service & { kind: ProofKind }>(
    `select p.kind, ${SERVICE} from caller_proof p
     join service s on s.authority_id = p.authority_id and s.id = p.service_id
     where (p.kind = 'client-certificate' and p.hash = $1) or (p.kind = 'api-key' and p.hash = $2)
        or (p.kind = 'network' and p.network >>= $3::inet)
     order by s.authority_id, s.id, p.kind`,
    [shown.certificateHash, shown.apiKeyHash, shown.address],
  )
  return rows.map(({ kind, ...service }) => ({ kind, service }))
}

/** @returns false when the service has the same proof already */
export async function addProof(
  db: Queryable,
  { authorityId, id }: Pick<Service, 'authorityId' | 'id'>,
  proof: Proof,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into caller_proof (id, authority_id, service_id, kind, hash, network, label)
     values ($1, $2, $3, $4, $5, network($6::inet), $7) on conflict do nothing`,
    [
      uuidv7(),
      authorityId,
      id,
      proof.kind,
      proof.kind === 'network' ? null : proof.hash,
      proof.kind === 'network' ? proof.network : null,
      proof.label,
    ],
  )
  return rowCount === 1
}

export async function listProofs(db: Queryable): Promise<ListedProof[]> {
  const { rows } = await db.query<ListedProof>(
    `select id, authority_id as "authorityId", service_id as "serviceId", kind, network::text, label, created_at as "createdAt",
       case kind when 'client-certificate' then encode(hash, 'hex') end as fingerprint
     from caller_proof order by authority_id, service_id, id`,
  )
  return rows
}

/** @returns what was removed; null when there is no such proof */
export async function removeProof(
  db: Queryable,
  id: string,
): Promise<Pick<ListedProof, 'authorityId' | 'serviceId' | 'kind'> | null> {
  const { rows } = await db.query<Pick<ListedProof, 'authorityId' | 'serviceId' | 'kind'>>(
    `delete from caller_proof where id = $1 returning authority_id as "authorityId", service_id as "serviceId", kind`,
    [id],
  )
  return rows[0] ?? null
}
