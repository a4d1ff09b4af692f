import { digestAlgorithms, signatureAlgorithms } from '../algorithms.js'
import type { Cause } from '../errors.js'
import type { Budget, Candidate, Surroundings } from './candidate.js'
import { canonicalWithin, isEndTag, piecesOf } from './canonical-text.js'
import { hashOf } from './parts.js'
import { findForm, type IsSigned } from './search.js'

/** The form of SignedInfo that was signed instead of the one that arrived; null when none of those tried was. */
export function findSignedInfo(
  surroundings: Surroundings,
  signedInfo: string,
  budget: Budget,
  isSigned: IsSigned,
): Cause | null {
  const { signature } = surroundings.examined
  if (signedInfo.length > surroundings.effort.partOctets) {
    budget.complete = false
    return null
  }
  const found =
    firstSigned(replaced(surroundings, signedInfo), budget, isSigned) ??
    findForm(
      {
        name: 'SignedInfo',
        element: signature.signedInfo,
        prefixes: signature.inclusivePrefixes,
        canonical: signedInfo,
      },
      surroundings,
      budget,
      isSigned,
    )
  return found === null ? null : { id: found.id, certainty: 'proven', facts: found.facts, parts: ['SignedInfo'] }
}

function firstSigned(candidates: Iterable<Candidate>, budget: Budget, isSigned: IsSigned): Candidate | null {
  for (const candidate of candidates) {
    if (!budget.take(candidate.octets.length)) return null
    if (isSigned(candidate.octets)) return candidate
  }
  return null
}

/** SignedInfo with single values put back to what they may have been: algorithms, and digests of what did arrive. */
function* replaced(surroundings: Surroundings, signedInfo: string): Generator<Candidate> {
  const pieces = piecesOf(signedInfo)
  const make = (changed: string, octets: string): Candidate => ({
    id: 'signed-info-changed',
    facts: { changed },
    octets,
  })
  for (const [local, table] of [
    ['SignatureMethod', signatureAlgorithms],
    ['DigestMethod', digestAlgorithms],
  ] as const) {
    for (const uri of Object.keys(table)) {
      const octets = pieces
        .map((piece, at) =>
          at % 2 === 1 && localOf(piece) === local ? piece.replace(/Algorithm="[^"]*"/, `Algorithm="${uri}"`) : piece,
        )
        .join('')
      if (octets !== signedInfo) yield make(local, octets)
    }
  }
  const digests = digestsOf(surroundings)
  const places = pieces.flatMap((piece, at) =>
    at % 2 === 1 && localOf(piece) === 'DigestValue' && !isEndTag(piece) ? [at + 1] : [],
  )
  const put = (some: readonly number[]): string =>
    pieces
      .map((piece, at) => (some.includes(places.indexOf(at)) ? (digests[places.indexOf(at)] ?? piece) : piece))
      .join('')
  const all = places.map((_, i) => i)
  for (const some of [...all.map((i) => [i]), ...(all.length > 1 ? [all] : [])]) {
    const octets = put(some)
    if (octets !== signedInfo) yield make('DigestValue', octets)
  }
}

const localOf = (tag: string): string => /^<\/?(?:[^\s:>]*:)?([^\s>]*)/.exec(tag)?.[1] ?? ''

/** What the parts digest to as they arrived; only of small ones. */
function digestsOf({ examined, effort }: Surroundings): (string | null)[] {
  const { parts = [], signature } = examined
  return parts.map((part, i) => {
    const { inclusivePrefixes, digest } = signature.references[i]!
    const canonical = canonicalWithin(part, inclusivePrefixes, effort.partOctets)
    return canonical === null ? null : hashOf(digest.name, canonical).toString('base64')
  })
}
