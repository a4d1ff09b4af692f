import { DS, EXC_C14N, SOAP11, WSSE, WSU } from '../names.js'
import { short } from '../report-facts.js'
import type { Candidate, Subject, Surroundings } from './candidate.js'
import { canonicalWithin, isEndTag, piecesOf } from './canonical-text.js'
import { allDeclarations, rebuilt, scopeAround, scopeAt } from './rebuild.js'

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const XSD = 'http://www.w3.org/2001/XMLSchema'
/** What usual prefixes usually mean, for those that are declared nowhere any more. */
const usual: ReadonlyMap<string, string> = new Map([
  ...['soapenv', 'soap', 'SOAP-ENV', 'S', 's', 'env', 'soap11'].map((prefix) => [prefix, SOAP11] as const),
  ['wsse', WSSE],
  ['wsu', WSU],
  ['ds', DS],
  ['dsig', DS],
  ['ec', EXC_C14N],
  ['xsi', XSI],
  ['xsd', XSD],
  ['xs', XSD],
])
const MAX_PREFIXES = 8

/**
 * Declarations that stood elsewhere when the part was signed. Exclusive canonicalisation sees that only for the
 * prefixes of its PrefixList, and where a default namespace is taken away.
 */
export function* namespaces(subject: Subject, surroundings: Surroundings): Generator<Candidate> {
  yield* prefixList(subject, surroundings)
  yield* defaultNamespace(subject)
}

function* prefixList(subject: Subject, { examined, effort }: Surroundings): Generator<Candidate> {
  const { element, prefixes } = subject
  const asked = prefixes.map((prefix) => (prefix === '#default' ? '' : prefix)).slice(0, MAX_PREFIXES)
  if (asked.length === 0) return
  const around = scopeAround(element)
  const inScope = new Map(scopeAt(element).map(({ prefix, uri }) => [prefix, uri]))
  const own = new Set(element.declarations.map(({ prefix }) => prefix))
  const make = (candidate: Omit<Candidate, 'id' | 'octets'>, octets: string | null): Candidate[] =>
    octets === null ? [] : [{ id: 'namespace-declaration-moved', ...candidate, octets }]

  const moved = asked.filter((prefix) => inScope.has(prefix) && !own.has(prefix))
  for (const some of [...moved.map((prefix) => [prefix]), ...(moved.length > 1 ? [moved] : [])]) {
    const facts = { prefixes: some.map(shown), signed: 'declared within the part', arrived: 'declared around the part' }
    const outside = around.filter(({ prefix }) => !some.includes(prefix))
    const onChildren = around.filter(({ prefix }) => some.includes(prefix))
    const copy = rebuilt(element, { around: outside, onChildren })
    // A part whose own name has such a prefix would not have been well-formed without it.
    if (!some.includes(element.prefix)) yield* make({ facts }, canonicalWithin(copy, prefixes, effort.partOctets))
    const left = prefixes.filter((prefix) => !some.includes(prefix === '#default' ? '' : prefix))
    yield* make(
      { facts: { ...facts, signed: 'not declared around the part' } },
      canonicalWithin(element, left, effort.partOctets),
    )
  }

  const declared = allDeclarations(examined.envelope.document.root)
  const missing = asked.filter((prefix) => prefix !== '' && !inScope.has(prefix))
  const meanings = new Map(missing.map((prefix) => [prefix, meaningsOf(prefix, declared)]))
  const arrived = 'not declared around the part'
  for (const [prefix, uris] of meanings) {
    for (const uri of uris) {
      const copy = rebuilt(element, { around: [...around, { prefix, uri }] })
      const facts = { prefixes: [shown(prefix)], namespace: uri, signed: 'declared around the part', arrived }
      yield* make({ facts }, canonicalWithin(copy, prefixes, effort.partOctets))
    }
  }
  if (missing.length > 1) {
    const all = missing.map((prefix) => ({ prefix, uri: meanings.get(prefix)![0]! })).filter(({ uri }) => uri)
    const copy = rebuilt(element, { around: [...around, ...all] })
    const facts = { prefixes: missing.map(shown), signed: 'declared around the part', arrived }
    yield* make({ facts }, canonicalWithin(copy, prefixes, effort.partOctets))
  }
}

const shown = (prefix: string): string => (prefix === '' ? '#default' : short(prefix, 100))

/** What a prefix may have meant: what it means elsewhere in the document, what it usually means, then any of the rest. */
function meaningsOf(prefix: string, declared: readonly { prefix: string; uri: string }[]): string[] {
  const same = declared.filter((one) => one.prefix === prefix).map(({ uri }) => uri)
  const known = usual.get(prefix)
  return [...new Set([...same, ...(known === undefined ? [] : [known]), ...declared.map(({ uri }) => uri)])]
    .filter((uri) => uri !== '')
    .slice(0, 12)
}

/**
 * Elements that were made without a namespace and written without `xmlns=""`, so that a reader finds them in the
 * default namespace around them; and the other way round.
 */
function* defaultNamespace({ canonical }: Subject): Generator<Candidate> {
  const make = (signed: string, arrived: string, octets: string): Candidate => ({
    id: 'namespace-declaration-moved',
    facts: { prefixes: ['#default'], signed, arrived },
    octets,
  })
  if (canonical.includes(' xmlns=""'))
    yield make('without xmlns=""', 'with xmlns=""', canonical.replaceAll(' xmlns=""', ''))
  const pieces = piecesOf(canonical)
  for (const level of [1, 2, 3]) {
    const out = withoutNamespaceFrom(pieces, level)
    if (out !== canonical) yield make(`with xmlns="" at level ${level}`, 'without xmlns=""', out)
  }
}

/** `xmlns=""` on the elements without a prefix and declaration at one depth; the part itself is 0. */
function withoutNamespaceFrom(pieces: readonly string[], level: number): string {
  let depth = 0
  return pieces
    .map((piece, at) => {
      if (at % 2 === 0) return piece
      if (isEndTag(piece)) {
        depth--
        return piece
      }
      const isPlain = depth++ === level && !/^<[^\s>]*:/.test(piece) && !piece.includes(' xmlns=')
      return isPlain ? piece.replace(/^<[^\s>]+/, '$& xmlns=""') : piece
    })
    .join('')
}
