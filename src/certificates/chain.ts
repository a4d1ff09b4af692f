import { CertificateChainValidationEngine } from 'pkijs'
import type { Authorities } from './authorities.js'
import { isSame, isSelfIssued, pathLengthOf, type Parsed } from './parsed.js'

/** From the registered certificate to a configured root, each issued by the next; at least two. */
export type Chain = readonly Parsed[]

/** Far more than any PKI has; cross-signed CAs could otherwise be walked round and round. */
const MAX_LENGTH = 8
const MAX_CANDIDATES = 16

/**
 * Finds a chain to a configured root that holds now. Links are found by OpenSSL (names, key identifiers, signatures) and
 * each candidate is validated by pkijs and by the rules that pkijs leaves out.
 * @returns the chain, or in words for operators why there is none
 * Source: RFC 5280 §6.1
 */
export async function findChain(
  leaf: Parsed,
  authorities: Authorities,
  now: Date,
): Promise<{ chain: Chain } | { problem: string }> {
  const { complete, dead } = candidates(leaf, authorities)
  const problems: string[] = []
  for (const chain of complete) {
    const problem = brokenRule(chain, now) ?? (await brokenPath(chain, now))
    if (problem === null) return { chain }
    problems.push(problem)
  }
  return {
    problem: problems[0] ?? `no configured CA has issued ${dead.at(-1)!.name} (issuer: ${issuerOf(dead.at(-1)!)})`,
  }
}

const issuerOf = ({ x509 }: Parsed): string => x509.issuer.replaceAll('\n', ', ')

/** Every way from the certificate to an anchor, shortest first, and the longest way that ends nowhere. */
function candidates(leaf: Parsed, { anchors, intermediates }: Authorities): { complete: Chain[]; dead: Chain } {
  const complete: Chain[] = []
  let dead: Chain = [leaf]
  let open: Chain[] = [[leaf]]
  while (open.length > 0 && complete.length < MAX_CANDIDATES) {
    const longer: Chain[] = []
    for (const chain of open) {
      const last = chain.at(-1)!
      complete.push(...anchors.filter((one) => hasIssued(one, last)).map((anchor) => [...chain, anchor]))
      const links = intermediates.filter((one) => !chain.some((link) => isSame(link, one)) && hasIssued(one, last))
      longer.push(...links.map((link) => [...chain, link]))
      if (chain.length > dead.length) dead = chain
    }
    open = longer.filter(({ length }) => length < MAX_LENGTH).slice(0, MAX_CANDIDATES)
  }
  return { complete, dead }
}

const hasIssued = (issuer: Parsed, { x509 }: Parsed): boolean =>
  x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey)

const HASHES_OF_OLD: ReadonlySet<string> = new Set([
  ...['1.2.840.113549.1.1.2', '1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5'], // RSA with MD2, MD5, SHA-1
  ...['1.2.840.10045.4.1', '1.2.840.10040.4.3', '1.3.14.3.2.29'], // ECDSA and DSA with SHA-1, an older name of SHA-1
])

/** Critical extensions of the certificate itself that are looked at here or in trust. Source: RFC 5280 §4.2 */
const KNOWN_CRITICAL: ReadonlySet<string> = new Set(
  ['14', '15', '17', '19', '31', '32', '35', '37'].map((arc) => `2.5.29.${arc}`),
)

/** Rules of RFC 5280 that pkijs does not check, and two of our own: no SHA-1 below the root, no weak keys of CAs. */
function brokenRule(chain: Chain, now: Date): string | null {
  const late = chain.find(({ x509 }) => now > new Date(x509.validTo) || now < new Date(x509.validFrom))
  if (late !== undefined) return `${late.name} is not valid now (until ${late.x509.validTo})`
  const old = chain.slice(0, -1).find(({ asn }) => HASHES_OF_OLD.has(asn.signatureAlgorithm.algorithmId))
  if (old !== undefined) return `${old.name} is signed with SHA-1 or older`
  const weak = chain.slice(1).find(({ x509 }) => (x509.publicKey.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048)
  if (weak !== undefined) return `${weak.name} has an RSA key of less than 2048 bits`
  const odd = chain[0]!.asn.extensions?.find(({ critical, extnID }) => critical && !KNOWN_CRITICAL.has(extnID))
  if (odd !== undefined) return `${chain[0]!.name} has a critical extension that is not known here: ${odd.extnID}`
  const tooLong = chain.find((one, at) => at > 0 && casBelow(chain, at) > (pathLengthOf(one) ?? Infinity))
  return tooLong === undefined ? null : `${tooLong.name} does not allow so many CAs below it (path length)`
}

/** CAs between one of the chain and its end; self-issued ones, as in a CA's change of keys, do not count. */
const casBelow = (chain: Chain, at: number): number => chain.slice(1, at).filter((one) => !isSelfIssued(one)).length

async function brokenPath(chain: Chain, now: Date): Promise<string | null> {
  const [leaf, ...cas] = chain.map(({ asn }) => asn)
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [cas.at(-1)!],
    // The engine takes the last one for the certificate in question.
    certs: [...cas.slice(0, -1), leaf!],
    checkDate: now,
  })
  const { result, resultMessage } = await engine.verify()
  return result ? null : resultMessage
}
