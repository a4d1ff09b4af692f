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

/** Algorithms as they are written, whether or not the Signature is one that is let in. */
export function signatureFacts(signature: XmlElement): Facts {
  const found = (local: string): string[] => algorithms(signature, local)
  return {
    canonicalization: found('CanonicalizationMethod'),
    signatureMethod: found('SignatureMethod'),
    transforms: found('Transform'),
    digestMethods: found('DigestMethod'),
  }
}

function algorithms(element: XmlElement, local: string): string[] {
  const found = new Set<string>()
  const walk = (at: XmlElement): void => {
    if (at.is(DS, local)) found.add(short(at.attribute('', 'Algorithm') ?? ''))
    for (const child of at.children) if (child instanceof XmlElement && found.size < MAX_LISTED) walk(child)
  }
  walk(element)
  return [...found]
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
