import type { Authorities } from './authorities.js'
import { findChain, type Chain } from './chain.js'
import { isSame, parse, type Parsed } from './parsed.js'
import type { RevocationRound, Told } from './revocation.js'

/** What a look at a registered certificate found, in the words of table certificate_status. */
export interface Finding {
  readonly state: 'good' | 'revoked' | 'untrusted' | 'unknown'
  readonly source: 'ocsp' | 'crl' | 'chain' | 'anchor'
  /** for operators: why it was revoked, why there is no chain, why nothing could be found out */
  readonly reason: string | null
  readonly revokedAt: Date | null
  readonly validUntil: Date | null
  /** names of the certificates from this one to the root */
  readonly facts: { readonly chain?: readonly string[] }
}

/**
 * Looks at one registered certificate: first its chain to a configured CA, and only if that holds, revocation of every
 * certificate in it below the root.
 * @param round  null when revocation is not asked about
 */
export async function examine(
  der: Buffer,
  { authorities, round, now }: { authorities: Authorities; round: RevocationRound | null; now: Date },
): Promise<Finding> {
  const leaf = parse(der)
  if (authorities.anchors.some((anchor) => isSame(anchor, leaf))) return finding('good', 'anchor')
  const found = await findChain(leaf, authorities, now)
  if ('problem' in found) return finding('untrusted', 'chain', { reason: found.problem })
  const { chain } = found
  const facts = { chain: chain.map(({ name }) => name) }
  const chainEnds = earliest(chain.map(({ x509 }) => new Date(x509.validTo)))
  if (round === null) return finding('good', 'chain', { validUntil: chainEnds, facts })

  const told = await Promise.all(chain.slice(0, -1).map((_, at) => round.ask(chain.slice(at), now)))
  const validUntil = earliest([chainEnds, ...told.flatMap((one) => ('validUntil' in one ? one.validUntil : []))])
  const revoked = told.findIndex(({ kind }) => kind === 'revoked')
  if (revoked !== -1) return toRevoked(told[revoked]!, { chain, at: revoked, validUntil, facts })
  const unclear = told.findIndex(({ kind }) => kind === 'unknown')
  if (unclear !== -1) {
    const { problem } = told[unclear] as Told & { kind: 'unknown' }
    return finding('unknown', told[unclear]!.source, { reason: aboutLink(chain, unclear, problem), facts })
  }
  return finding('good', told[0]!.source, { validUntil, facts })
}

const finding = (
  state: Finding['state'],
  source: Finding['source'],
  more: Partial<Omit<Finding, 'state' | 'source'>> = {},
): Finding => ({ state, source, reason: null, revokedAt: null, validUntil: null, facts: {}, ...more })

function toRevoked(
  told: Told,
  { chain, at, validUntil, facts }: { chain: Chain; at: number; validUntil: Date; facts: Finding['facts'] },
): Finding {
  const { reason, revokedAt, source } = told as Told & { kind: 'revoked' }
  return finding('revoked', source, { reason: aboutLink(chain, at, reason), revokedAt, validUntil, facts })
}

/** Says whom it is about when it is not the certificate itself. */
const aboutLink = (chain: Chain, at: number, text: string): string =>
  at === 0 ? text : `${(chain[at] as Parsed).name}: ${text}`

const earliest = (dates: readonly Date[]): Date => new Date(Math.min(...dates.map((date) => date.getTime())))
