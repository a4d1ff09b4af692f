import { canonicalString } from '../../xml/index.js'
import type { Candidate, Subject, Surroundings } from './candidate.js'
import { canonicalWithin, piecesOf, withTexts } from './canonical-text.js'
import { allDeclarations, scopeAt } from './rebuild.js'
import { asWritten, withComments } from './source.js'

/** What a client may have digested although its SignedInfo promises the exclusive form with this PrefixList. */
export function* canonicalisation(subject: Subject, surroundings: Surroundings): Generator<Candidate> {
  const { examined, effort } = surroundings
  const { element, canonical, prefixes } = subject
  const limit = effort.partOctets
  const make = (done: string, octets: string | null, facts: Candidate['facts'] = {}): Candidate[] =>
    octets === null ? [] : [{ id: 'wrong-canonicalisation', facts: { done, ...facts }, octets }]
  const { utf8, document } = examined.envelope

  if (prefixes.length > 0 && !obeysLists(subject, surroundings))
    yield* make('exclusive, PrefixList not obeyed', canonicalWithin(element, [], limit))
  const everything = allDeclarations(document.root).map(({ prefix }) => (prefix === '' ? '#default' : prefix))
  // Prefixes of a PrefixList are treated as inclusive canonicalisation treats all.
  yield* make('inclusive', canonicalWithin(element, everything, limit))
  for (const list of otherLists(subject, examined.signature))
    yield* make('exclusive, other PrefixList', canonicalWithin(element, list, limit), { prefixList: list })
  yield* make('exclusive with comments', withComments(utf8, element, { prefixes, limit }))
  yield* make('inclusive with comments', withComments(utf8, element, { prefixes: everything, limit }))
  const written = asWritten(utf8, element, limit)
  if (written !== null) {
    yield* make('none: signed as written', written)
    yield* make('none: signed as written', written.replace(/\r\n?/g, '\n'))
  }
  yield* make('empty elements not expanded', canonical.replace(/<([^\s<>/]+)((?:[^<>"]|"[^"]*")*)><\/\1>/g, '<$1$2/>'))
  yield* make('">" not escaped', canonical.replaceAll('&gt;', '>'))
  yield* make('quotes escaped in texts', quoted(canonical))
  for (const [name, declaration] of DECLARATIONS) yield* make(name, `${declaration}${canonical}`)
  yield* make('with a line end behind it', `${canonical}\n`)
}

/** A client whose SignedInfo would not have verified without its PrefixList obeys PrefixLists. */
export const obeysLists = ({ name }: Subject, { examined: { signature, signedInfo } }: Surroundings): boolean =>
  name !== 'SignedInfo' && signedInfo !== undefined && canonicalString(signature.signedInfo) !== signedInfo

const DECLARATIONS = [
  ['with an XML declaration', '<?xml version="1.0" encoding="UTF-8"?>'],
  ['with an XML declaration', '<?xml version="1.0" encoding="UTF-8"?>\n'],
  ['with an XML declaration', '<?xml version="1.0" encoding="utf-8"?>'],
  ['with an XML declaration', '<?xml version="1.0"?>'],
] as const

const quoted = (canonical: string): string =>
  withTexts(piecesOf(canonical), (text) => text.replaceAll('"', '&quot;').replaceAll("'", '&apos;'))

/** PrefixLists of the signature's other parts, and this part's own with one prefix more. */
function* otherLists(
  { element, prefixes }: Subject,
  { inclusivePrefixes, references }: Surroundings['examined']['signature'],
): Generator<readonly string[]> {
  const own = prefixes.join(' ')
  const others = [inclusivePrefixes, ...references.map((reference) => reference.inclusivePrefixes)]
  const lists = new Map(others.map((list) => [list.join(' '), list]))
  for (const [key, list] of lists) if (key !== own && list.length > 0) yield list
  const free = scopeAt(element).map(({ prefix }) => (prefix === '' ? '#default' : prefix))
  for (const prefix of free.slice(0, 12)) if (!prefixes.includes(prefix)) yield [...prefixes, prefix]
}
