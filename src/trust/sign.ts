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

/**
 * Signs the Body of an envelope that we send; no Timestamp, never mustUnderstand (wss.md §5).
 * @param write  writes the envelope around given security parts; called first without a header, to digest the Body
 * @returns the signed envelope
 */
export function signEnvelope(
  write: (security: SecurityParts) => string,
  signer: Signer,
  algorithms: AnswerAlgorithms,
): string {
  const unique = randomUUID()
  const bodyAttributes = ` xmlns:wsu="${WSU}" wsu:Id="Body-${unique}"`
  const digest = digestBody(write({ bodyAttributes, header: '' }), algorithms.digestAlgorithm)
  const algorithm = answerAlgorithm(algorithms.signatureAlgorithm, signer.privateKey)
  const signedInfo = signedInfoOf(`Body-${unique}`, digest, { ...algorithms, signatureAlgorithm: algorithm.uri })
  const value = signBytes(algorithm, signedInfo, signer.privateKey)
  return write({ bodyAttributes, header: securityHeader(`X509-${unique}`, signer, signedInfo, value) })
}

/** The caller's algorithm when our key can make it, otherwise the SHA-256 one of our own key type. */
function answerAlgorithm(uri: string, key: KeyObject): SignatureAlgorithm {
  const wanted = signatureAlgorithms[uri]
  if (wanted !== undefined && wanted.keyType === key.asymmetricKeyType) return wanted
  return signatureAlgorithms[
    `http://www.w3.org/2001/04/xmldsig-more#${key.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa'}-sha256`
  ]!
}

function digestBody(envelope: string, digestAlgorithm: string): string {
  const body = readXml(Buffer.from(envelope), unlimited).root.all(SOAP11, 'Body')[0]!
  const hash = digestOf(digestAlgorithms[digestAlgorithm]!)
  canonicalize(body, [], (part) => hash.update(part as string))
  return hash.digest('base64')
}

/** Written in its canonical form already: prefix ds declared at the top, attributes in order, no empty-element tags. */
function signedInfoOf(bodyId: string, digest: string, algorithms: AnswerAlgorithms): string {
  return (
    `<ds:SignedInfo xmlns:ds="${DS}"><ds:CanonicalizationMethod Algorithm="${EXC_C14N}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${algorithms.signatureAlgorithm}"></ds:SignatureMethod>` +
    `<ds:Reference URI="#${bodyId}"><ds:Transforms><ds:Transform Algorithm="${EXC_C14N}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${algorithms.digestAlgorithm}"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  )
}

function securityHeader(tokenId: string, signer: Signer, signedInfo: string, value: Buffer): string {
  return (
    `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}">` +
    `<wsse:BinarySecurityToken EncodingType="${BASE64_BINARY}" ValueType="${X509_V3}" wsu:Id="${tokenId}">${signer.certificate.toString('base64')}</wsse:BinarySecurityToken>` +
    `<ds:Signature xmlns:ds="${DS}">${signedInfo}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#${tokenId}" ValueType="${X509_V3}"></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo>` +
    `</ds:Signature></wsse:Security>`
  )
}
