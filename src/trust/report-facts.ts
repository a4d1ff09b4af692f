import { XmlElement } from '../xml/index.js'
import type { Certificate } from './certificate.js'
import type { Envelope } from './envelope.js'
import type { Facts, PartReport } from './errors.js'
import type { Examined } from './examined.js'
import type { Instants } from './freshness.js'
import { DS, SOAP11, WSSE } from './names.js'

/**
 * Names and ids are the caller's: bounded, so that a row of the log is; and never half a character, which PostgreSQL's
 * jsonb refuses with the whole row.
 */
export function short(text: string, length = 200): string {
  const bounded = text.length > length ? `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…` : text
  return bounded.replace(/\p{Surrogate}/gu, '\ufffd')
}

const MAX_LISTED = 20
const MAX_SIGNED_INFO = 8 * 1024

/** Children of the Security header in their order, as far as there is one. */
export function headerFacts({ header }: Envelope): Facts {
  const blocks = header?.elements() ?? []
  const security = blocks.find((block) => block.is(WSSE, 'Security'))
  if (security === undefined) return { headerBlocks: namesOf(blocks) }
  return {
    children: namesOf(security.elements()),
    mustUnderstand: nullable(security.attribute(SOAP11, 'mustUnderstand')),
    actor: nullable(security.attribute(SOAP11, 'actor')),
  }
}

export const namesOf = (elements: readonly XmlElement[]): string[] =>
  elements.slice(0, MAX_LISTED).map(({ local }) => short(local))
const nullable = (text: string | null): string | null => (text === null ? null : short(text))

/** An honest Signature has about forty elements; of one with thousands, the first tell enough. */
const MAX_LOOKED_AT = 400

/** Algorithms as they are written, whether or not the Signature is one that is let in. */
export function signatureFacts(signature: XmlElement): Facts {
  const found = { CanonicalizationMethod: new Set<string>(), SignatureMethod: new Set<string>() }
  const more = { Transform: new Set<string>(), DigestMethod: new Set<string>() }
  const sets: Readonly<Record<string, Set<string>>> = Object.assign(Object.create(null) as object, found, more)
  let left = MAX_LOOKED_AT
  const walk = (at: XmlElement): void => {
    if (at.namespace === DS) sets[at.local]?.add(short(at.attribute('', 'Algorithm') ?? ''))
    for (const child of at.children) if (child instanceof XmlElement && left-- > 0) walk(child)
  }
  walk(signature)
  const listed = (set: Set<string>): string[] => [...set].slice(0, MAX_LISTED)
  return {
    canonicalization: listed(found.CanonicalizationMethod),
    signatureMethod: listed(found.SignatureMethod),
    transforms: listed(more.Transform),
    digestMethods: listed(more.DigestMethod),
  }
}

export function certificateDetails(certificate: Certificate): Facts {
  const { asymmetricKeyType, asymmetricKeyDetails: key } = certificate.publicKey
  return {
    issuer: certificate.issuerLines.replaceAll('\n', ', '),
    serial: certificate.serial,
    notBefore: certificate.notBefore.toISOString(),
    keyType: asymmetricKeyType ?? null,
    key: key?.namedCurve ?? (key?.modulusLength === undefined ? null : `${key.modulusLength} bits`),
  }
}

export function timestampFacts({ created, stated }: Instants, now: Date): Facts {
  return {
    createdAt: created.toISOString(),
    expiresAt: stated?.toISOString() ?? null,
    lifetimeMs: stated === null ? null : stated.getTime() - created.getTime(),
    ourClock: now.toISOString(),
    clockOffsetMs: created.getTime() - now.getTime(),
  }
}

/** What SignedInfo canonicalises to. It holds names, ids and digests, nothing about people. */
export const signedInfoFacts = ({ signedInfo }: Examined): Facts =>
  signedInfo === undefined
    ? {}
    : { signedInfo: short(signedInfo, MAX_SIGNED_INFO), signedInfoBytes: Buffer.byteLength(signedInfo) }

/** Every reference of the signature, with what is known of it so far. */
export function describeParts({ signature, parts, verdict }: Examined): PartReport[] {
  return (signature?.references ?? []).map((reference, i) => {
    const computed = verdict?.computed[i] ?? null
    return {
      id: short(reference.id),
      element: parts?.[i]?.local ?? null,
      transforms: reference.transforms,
      prefixList: reference.inclusivePrefixes.map((prefix) => short(prefix)),
      digestAlgorithm: reference.digest.uri,
      digest: reference.digestValue.toString('base64'),
      computed: computed?.digest ?? null,
      sizeBytes: computed?.sizeBytes ?? null,
    }
  })
}
