import { createHash } from 'node:crypto'
import { digestAlgorithms, type DigestAlgorithm } from '../algorithms.js'
import type { Cause } from '../errors.js'
import type { Reference } from '../signature.js'
import type { Budget, Subject, Surroundings } from './candidate.js'
import { canonicalWithin } from './canonical-text.js'
import { findForm } from './search.js'

type HashName = DigestAlgorithm['name']

const LENGTHS: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }
const names = Object.keys(LENGTHS) as HashName[]

export const hashOf = (name: string, octets: string | Buffer): Buffer => createHash(name).update(octets).digest()

/** Why parts are not what was signed, by making what may have been signed and digesting it. */
export function findPartCause(surroundings: Surroundings, budget: Budget): Cause {
  const { parts = [], signature } = surroundings.examined
  const subjects = parts.flatMap((element, i) => {
    const reference = signature.references[i]!
    const canonical = canonicalWithin(element, reference.inclusivePrefixes, surroundings.effort.partOctets)
    if (canonical === null) budget.complete = false
    const isChanged = canonical !== null && !hashOf(reference.digest.name, canonical).equals(reference.digestValue)
    const subject = { name: element.local, element, prefixes: reference.inclusivePrefixes, canonical: canonical ?? '' }
    return isChanged ? [{ subject, reference }] : []
  })
  const found = subjects.map(({ subject, reference }) => ({
    name: subject.name,
    cause: mislabelled(subject, reference) ?? search(subject, reference, surroundings, budget),
  }))
  const cause = found.find((one) => one.cause !== null)?.cause
  if (cause === undefined || cause === null) return unknown(surroundings, subjects)
  const explained = found.filter((one) => one.cause?.id === cause.id).map(({ name }) => name)
  const others = found.filter((one) => one.cause?.id !== cause.id).map(({ name }) => name)
  return { ...cause, parts: explained, facts: { ...cause.facts, ...(others.length > 0 && { unexplained: others }) } }
}

function search(subject: Subject, reference: Reference, surroundings: Surroundings, budget: Budget): Cause | null {
  const { digest, digestValue } = reference
  const hash = names.find((name) => LENGTHS[name] === digestValue.length) ?? digest.name
  const candidate = findForm(subject, surroundings, budget, (octets) => hashOf(hash, octets).equals(digestValue))
  if (candidate === null) return null
  const facts = hash === digest.name ? candidate.facts : { ...candidate.facts, stated: digest.name, used: hash }
  return { id: candidate.id, certainty: 'proven', facts }
}

/** The octets are right, and DigestMethod or the way the digest is written is not. */
function mislabelled({ canonical }: Subject, { digest, digestValue }: Reference): Cause | null {
  const cause = (facts: Cause['facts']): Cause => ({
    id: 'digest-mislabelled',
    certainty: 'proven',
    facts: { stated: digest.name, ...facts },
  })
  for (const used of names.filter((name) => digestAlgorithms[digest.uri]?.name !== name))
    if (hashOf(used, canonical).equals(digestValue)) return cause({ used })
  const right = hashOf(digest.name, canonical)
  const hex = right.toString('hex')
  const written = [digestValue.toString('base64'), digestValue.toString('latin1')]
  if (written.some((one) => one.toLowerCase() === hex)) return cause({ writtenAs: 'hexadecimal' })
  return hashOf(digest.name, right).equals(digestValue) ? cause({ writtenAs: 'digest of the digest' }) : null
}

/** Nothing that was tried had been signed; characters that were lost are seen all the same. */
function unknown({ examined }: Surroundings, subjects: readonly { subject: Subject }[]): Cause {
  const parts = subjects.map(({ subject }) => subject.name)
  const lost = subjects.reduce((sum, { subject }) => sum + subject.canonical.split('\ufffd').length - 1, 0)
  if (lost > 0)
    return { id: 'text-encoding-changed', certainty: 'likely', facts: { arrived: 'U+FFFD', count: lost }, parts }
  const { verdict } = examined
  const first = verdict?.valid === false && verdict.digestMismatch !== null ? verdict.digestMismatch : null
  const named = first === null ? [] : [examined.parts![first]!.local]
  return { id: 'signed-before-change', certainty: 'likely', facts: {}, parts: parts.length > 0 ? parts : named }
}
