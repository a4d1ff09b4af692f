import type { XmlElement } from '../../xml/index.js'
import type { Candidate, Subject, Surroundings } from './candidate.js'
import { canonicalWithin } from './canonical-text.js'
import { rebuilt } from './rebuild.js'

/** Another element of the document that may have been digested in the place of the one that is named. */
export function* otherPart({ element, prefixes }: Subject, { examined, effort }: Surroundings): Generator<Candidate> {
  const { envelope, header, signature, parts = [] } = examined
  const limit = effort.partOctets
  const make = (what: string, octets: string | null): Candidate[] =>
    octets === null ? [] : [{ id: 'digest-of-other-part', facts: { digestOf: what }, octets }]
  const lists = prefixes.length === 0 ? [prefixes] : [prefixes, []]

  const named: (readonly [what: string, element: XmlElement | null | undefined])[] = [
    ...parts.map((part, i) => [`${part.local}, of reference ${i + 1}`, part] as const),
    ['the payload', envelope.payload],
    ['Body', envelope.body],
    ['Timestamp', header?.timestamp],
    ['BinarySecurityToken', header?.token],
    ['Header', envelope.header],
    ['Security', header?.signature.parent],
    ['SignedInfo', signature.signedInfo],
    ['Envelope', envelope.document.root],
  ]
  for (const list of lists) {
    for (const [what, other] of named)
      if (other && other !== element) yield* make(what, canonicalWithin(other, list, limit))
    yield* make(`the content of ${element.local}`, contentOf(element, list, limit))
    const { root } = envelope.document
    const without = (what: string, out: XmlElement | null | undefined): Candidate[] =>
      out ? make(what, canonicalWithin(rebuilt(root, { around: [], without: new Set([out]) }), list, limit)) : []
    yield* without('Envelope without Signature', header?.signature)
    yield* without('Envelope without Security', header?.signature.parent)
    yield* without('Envelope without Header', envelope.header)
  }
  yield* make('nothing', '')
}

function contentOf(element: XmlElement, list: readonly string[], limit: number): string | null {
  const children = element.elements().map((child) => canonicalWithin(child, list, limit))
  return children.includes(null) ? null : children.join('')
}
