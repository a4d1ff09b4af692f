import { XmlElement } from '../../xml/index.js'
import type { Cause, Facts, TrustErrorCode } from '../errors.js'
import type { Examined } from '../examined.js'
import { DS, SOAP11, WSSE, WSU } from '../names.js'
import { namesOf, short, signatureFacts } from '../report-facts.js'
import { findIdCause } from './ids.js'

const proven = (id: Cause['id'], facts: Facts): Cause => ({ id, certainty: 'proven', facts })

/** What is missing, too much or in the wrong place. Everything here is seen, not guessed. */
export function findStructureCause(examined: Examined, code: TrustErrorCode): Cause | null {
  const { header, signature } = examined
  switch (code) {
    case 'SIGNATURE_MISSING':
      return proven('signature-missing', missingFacts(examined))
    case 'TIMESTAMP_MISSING':
      return proven('timestamp-missing', missingFacts(examined))
    case 'TIMESTAMP_UNSIGNED':
      return proven('timestamp-unsigned', { signed: signedNames(examined) })
    case 'ALGORITHM_REFUSED':
      return header === undefined ? null : algorithmCause(header.signature)
    default:
      if (header === undefined) return proven('header-shape', missingFacts(examined))
      return signature === undefined ? shapeOfSignature(header.signature) : findIdCause(examined, signedNames(examined))
  }
}

/** Every element below one, in document order; a stack of its own, since nested generators cost their depth for each. */
function* below(element: XmlElement): Generator<XmlElement> {
  const waiting = element.elements().reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    for (let i = next.children.length - 1; i >= 0; i--) {
      const child = next.children[i]
      if (child instanceof XmlElement) waiting.push(child)
    }
  }
}

function firstOf(elements: Iterable<XmlElement>, isWanted: (one: XmlElement) => boolean): XmlElement | undefined {
  for (const one of elements) if (isWanted(one)) return one
  return undefined
}

/** What is there instead of a signed Security header. */
function missingFacts({ envelope }: Examined): Facts {
  const blocks = envelope.header?.elements() ?? []
  const security = blocks.filter(({ local }) => local === 'Security')
  const [first] = security
  const actor = first?.attribute(SOAP11, 'actor') ?? null
  const isElsewhere = (one: XmlElement): boolean =>
    one.is(DS, 'Signature') && !(one.parent !== null && security.includes(one.parent))
  const elsewhere = firstOf(below(envelope.document.root), isElsewhere)
  return {
    headerBlocks: namesOf(blocks),
    ...(security.length > 1 && { securityHeaders: security.length }),
    ...(first && { children: namesOf(first.elements()) }),
    ...(first && !first.is(WSSE, 'Security') && { securityNamespace: short(first.namespace) }),
    ...(actor !== null && { actor: short(actor) }),
    ...(elsewhere?.parent && { signatureIn: short(elsewhere.parent.local) }),
  }
}

/** Local names of what the references mean. */
function signedNames({ envelope, signature }: Examined): string[] {
  const ids = new Set(signature?.references.map(({ id }) => id))
  const named = [...below(envelope.document.root)].filter((one) =>
    one.attributes.some(
      ({ local, namespace, value }) => /^id$/i.test(local) && (namespace === WSU || namespace === '') && ids.has(value),
    ),
  )
  return namesOf(named)
}

/** The algorithms that are not accepted; SHA-1 and older by their own name. */
function algorithmCause(signature: XmlElement): Cause {
  const facts = signatureFacts(signature)
  const all = Object.values(facts).flat() as string[]
  const old = all.filter((uri) => /(?:sha1|md5|ripemd160)$/i.test(uri))
  const hasOther = all.some((uri) => !known.test(uri) && !old.includes(uri))
  return !hasOther && old.length > 0
    ? proven('old-algorithm', { algorithms: old, ...facts })
    : proven('algorithm-not-accepted', { algorithms: all.filter((uri) => !known.test(uri)), ...facts })
}

const known =
  /^http:\/\/www\.w3\.org\/(?:2000\/09\/xmldsig#(?:rsa-sha1|sha1|enveloped-signature)|2001\/10\/xml-exc-c14n#|2001\/04\/xmldsig-more#(?:rsa-sha(?:256|384|512)|ecdsa-sha(?:256|384)|sha384)|2001\/04\/xmlenc#sha(?:256|512))$/

/** A Signature whose own structure is not the one that is let in. */
function shapeOfSignature(signature: XmlElement): Cause {
  const [signedInfo, , keyInfo] = ['SignedInfo', 'SignatureValue', 'KeyInfo'].map((name) => signature.all(DS, name)[0])
  const references = signedInfo?.all(DS, 'Reference') ?? []
  return proven('header-shape', {
    signature: namesOf(signature.elements()),
    keyInfo: namesOf(keyInfo === undefined ? [] : [...below(keyInfo)]),
    references: references.slice(0, 20).map((one) => short(one.attribute('', 'URI') ?? 'no URI')),
  })
}
