import { randomUUID, type KeyObject } from 'node:crypto'
import { canonicalize, readXml, unlimited } from '../xml/index.js'
import { digestAlgorithms, digestOf, signatureAlgorithms, signBytes, type SignatureAlgorithm } from './algorithms.js'
import { BASE64_BINARY, DS, EXC_C14N, SOAP11, WSSE, WSU, X509_V3 } from './names.js'

/** The gateway's own key and the certificate that callers have pinned. */
export interface Signer {
  readonly privateKey: KeyObject
  /** DER of the certificate */
  readonly certificate: Buffer
}

/** What a signature adds to an envelope: attributes of its Body, and the content of its Header. */
export interface SecurityParts {
  readonly bodyAttributes: string
  readonly header: string
}

/** Algorithm names of the answer; the caller's own, so that its library can verify what it can make. */
export interface AnswerAlgorithms {
  readonly signatureAlgorithm: string
  readonly digestAlgorithm: string
}

/** Algorithms of what we sign unasked, for RSA keys; other keys sign with SHA-256 of their own kind. */
export const signingAlgorithms = {
  sha256: {
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  },
  sha1: {
    signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
  },
} as const satisfies Record<string, AnswerAlgorithms>

/** A Timestamp to sign with the Body, for callers that want one. */
export interface AnswerTimestamp {
  readonly createdAt: Date
  readonly lifetimeMs: number
}

/** One signed part: the id it goes by, and the digest of its canonical form, base64. */
interface Part {
  readonly id: string
  readonly digest: string
}

/**
 * Signs the Body of an envelope that we send, and a Timestamp if one is wanted; never mustUnderstand. Some callers
 * refuse an answer with a Timestamp, others one without (wss.md §5).
 * @param write  writes the envelope around given security parts; called first without a header, to digest the Body
 * @returns the signed envelope
 * Source: Basic Security Profile 1.1 R5205, R5402, R5404, R5412, R5417, R5423, R3203, R3220, R3229
 */
export function signEnvelope(
  write: (security: SecurityParts) => string,
  signer: Signer,
  { algorithms, timestamp }: { algorithms: AnswerAlgorithms; timestamp: AnswerTimestamp | null },
): string {
  const unique = randomUUID()
  const bodyAttributes = ` xmlns:wsu="${WSU}" wsu:Id="Body-${unique}"`
  const written = timestamp === null ? '' : writeTimestamp(`TS-${unique}`, timestamp)
  const digest = (content: string): string => digestBase64(content, algorithms.digestAlgorithm)
  const parts: Part[] = [
    { id: `Body-${unique}`, digest: digest(bodyOf(write({ bodyAttributes, header: '' }))) },
    ...(written === '' ? [] : [{ id: `TS-${unique}`, digest: digest(written) }]),
  ]
  const algorithm = answerAlgorithm(algorithms.signatureAlgorithm, signer.privateKey)
  const signedInfo = signedInfoOf(parts, { ...algorithms, signatureAlgorithm: algorithm.uri })
  const value = signBytes(algorithm, signedInfo, signer.privateKey)
  const signature = writeSignature(`X509-${unique}`, signedInfo, value)
  const token = writeToken(`X509-${unique}`, signer)
  const header = `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}">${token}${written}${signature}</wsse:Security>`
  return write({ bodyAttributes, header })
}

/** The caller's algorithm when our key can make it, otherwise the SHA-256 one of our own key type. */
function answerAlgorithm(uri: string, key: KeyObject): SignatureAlgorithm {
  const wanted = signatureAlgorithms[uri]
  if (wanted !== undefined && wanted.keyType === key.asymmetricKeyType) return wanted
  return signatureAlgorithms[
    `http://www.w3.org/2001/04/xmldsig-more#${key.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa'}-sha256`
  ]!
}

/** Canonical form of the Body as it stands in the envelope. */
function bodyOf(envelope: string): string {
  const body = readXml(Buffer.from(envelope), unlimited).root.all(SOAP11, 'Body')[0]!
  let canonical = ''
  canonicalize(body, [], (part) => (canonical += part as string))
  return canonical
}

const digestBase64 = (canonical: string, algorithm: string): string =>
  digestOf(digestAlgorithms[algorithm]!).update(canonical).digest('base64')

/** Written in its canonical form already: it declares the prefix that it uses, whatever stands around it. */
function writeTimestamp(id: string, { createdAt, lifetimeMs }: AnswerTimestamp): string {
  const expiresAt = new Date(createdAt.getTime() + lifetimeMs)
  return (
    `<wsu:Timestamp xmlns:wsu="${WSU}" wsu:Id="${id}"><wsu:Created>${createdAt.toISOString()}</wsu:Created>` +
    `<wsu:Expires>${expiresAt.toISOString()}</wsu:Expires></wsu:Timestamp>`
  )
}

/** Written in its canonical form already: prefix ds declared at the top, attributes in order, no empty-element tags. */
function signedInfoOf(parts: readonly Part[], { signatureAlgorithm, digestAlgorithm }: AnswerAlgorithms): string {
  const references = parts.map(
    ({ id, digest }) =>
      `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${EXC_C14N}"></ds:Transform></ds:Transforms>` +
      `<ds:DigestMethod Algorithm="${digestAlgorithm}"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
  )
  return (
    `<ds:SignedInfo xmlns:ds="${DS}"><ds:CanonicalizationMethod Algorithm="${EXC_C14N}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${signatureAlgorithm}"></ds:SignatureMethod>${references.join('')}</ds:SignedInfo>`
  )
}

const writeToken = (id: string, { certificate }: Signer): string =>
  `<wsse:BinarySecurityToken EncodingType="${BASE64_BINARY}" ValueType="${X509_V3}" wsu:Id="${id}">${certificate.toString('base64')}</wsse:BinarySecurityToken>`

const writeSignature = (tokenId: string, signedInfo: string, value: Buffer): string =>
  `<ds:Signature xmlns:ds="${DS}">${signedInfo}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>` +
  `<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#${tokenId}" ValueType="${X509_V3}"></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo>` +
  `</ds:Signature>`
