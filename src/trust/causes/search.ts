import { byteOrderMark } from './byte-order-mark.js'
import type { Budget, Candidate, Subject, Surroundings } from './candidate.js'
import { canonicalisation, obeysLists } from './canonicalisation.js'
import { lineEnds } from './line-ends.js'
import { namespaces } from './namespaces.js'
import { otherPart } from './other-part.js'
import { text } from './text.js'
import { whiteSpace } from './white-space.js'

/** Whether these octets are what was signed: the digest, or the signature value, of the message itself says so. */
export type IsSigned = (octets: string | Buffer) => boolean

/** What making a form costs for each tag, in octets that could be digested meanwhile. */
const TAG_OCTETS = 12

type Source = (subject: Subject, surroundings: Surroundings) => Iterable<Candidate>

/** What changes the octets of a form. */
const changes: readonly Source[] = [lineEnds, byteOrderMark, text, whiteSpace]
/** What changes which form it is. */
const forms: readonly Source[] = [canonicalisation, namespaces]

/** The first form of a part that was signed; null when none of those that were tried was. */
export function findForm(
  subject: Subject,
  surroundings: Surroundings,
  budget: Budget,
  isSigned: IsSigned,
): Candidate | null {
  const tags = subject.canonical.split('<').length * TAG_OCTETS
  for (const candidate of candidates(subject, surroundings)) {
    if (candidate.octets === subject.canonical) continue
    if (!budget.take(candidate.octets.length + tags)) return null
    if (isSigned(candidate.octets)) return candidate
  }
  return null
}

function* candidates(subject: Subject, surroundings: Surroundings): Generator<Candidate> {
  const { name } = subject
  // What a PrefixList would explain either way was a proxy's doing if the client does obey PrefixLists.
  const first = obeysLists(subject, surroundings) ? [namespaces, canonicalisation] : forms
  const sources = [whiteSpace, lineEnds, byteOrderMark, ...first, text, ...(name === 'SignedInfo' ? [] : [otherPart])]
  yield* inTurns(sources.map((source) => source(subject, surroundings)[Symbol.iterator]()))
  if (!surroundings.effort.pairs) return
  for (const first of [...forms, ...changes].flatMap((source) => [...firstOf(source(subject, surroundings), 60)])) {
    if (typeof first.octets !== 'string' || first.octets === subject.canonical) continue
    const changed = { ...subject, canonical: first.octets }
    for (const source of changes) for (const second of source(changed, surroundings)) yield both(first, second)
  }
}

/** Three of each, and again: a search that has to end early has seen the usual ones of every kind. */
function* inTurns<T>(sources: Iterator<T>[]): Generator<T> {
  for (let left = sources; left.length > 0;) {
    const unfinished: Iterator<T>[] = []
    for (const source of left) {
      let last = source.next()
      for (let i = 0; i < 3 && last.done !== true; i++) {
        yield last.value
        if (i < 2) last = source.next()
      }
      if (last.done !== true) unfinished.push(source)
    }
    left = unfinished
  }
}

function* firstOf<T>(source: Iterable<T>, count: number): Generator<T> {
  let left = count
  for (const one of source) {
    if (left-- <= 0) return
    yield one
  }
}

/** Two changes at once go by the name of the second; the first is a fact of it. */
const both = (first: Candidate, second: Candidate): Candidate => ({
  id: second.id,
  facts: { ...second.facts, also: first.id, ...prefixed(first.facts) },
  octets: second.octets,
})

const prefixed = (facts: Candidate['facts']): Candidate['facts'] =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`also ${name}`, value]))
