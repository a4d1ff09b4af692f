import { createHash, verify as verifyValue, X509Certificate } from 'node:crypto'
import { ParseOption, XmlDocument, type XmlElement } from 'libxml2-wasm'
import { attribute, canonicalBytes, children, is, only } from './clients/dom.js'

/**
 * A second verifier of signed requests: libxml2 reads and canonicalises, node:crypto calculates, and nothing is shared
 * with src, not even names. It follows the policy as far as it has to, to know what is signed, by whom; what it is
 * more lenient in (times, limits, forms of KeyInfo) only ever makes it accept what the gateway refuses.
 */
export type Finding =
  /** it cannot say what the signature is, or means */
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'judged'
      readonly valueHolds: boolean
      /** by what each reference points at, in their order */
      readonly digestHolds: readonly { readonly part: 'Body' | 'Timestamp' | 'other'; readonly holds: boolean }[]
      /** canonical form of the one element in the Body */
      readonly payload: string
    }

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const SECURITY = `${OASIS}wssecurity-secext-1.0.xsd`
const UTILITY = `${OASIS}wssecurity-utility-1.0.xsd`
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

const HASHES = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
])
const SIGNATURES = new Map([
  ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', ['rsa', 'sha1']],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', ['rsa', 'sha256']],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', ['rsa', 'sha384']],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', ['rsa', 'sha512']],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', ['ec', 'sha256']],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384', ['ec', 'sha384']],
])

class Refused extends Error {}
const refuse = (reason: string): never => {
  throw new Refused(reason)
}
const single = (found: readonly XmlElement[], what: string): XmlElement =>
  found.length === 1 ? found[0]! : refuse(`${found.length} × ${what}`)
const child = (parent: XmlElement, namespace: string, name: string): XmlElement =>
  single(only(parent, namespace, name), name)

/** Judges a request against the certificates that are registered, DER. */
export function verifyIndependently(
  message: string | Buffer,
  registered: readonly Buffer[],
  charset: string | null = null,
): Finding {
  try {
    return read(readable(message, charset), (root) => judge(root, registered))
  } catch (error) {
    // What libxml2 cannot read it cannot accept; a mistake of our own has to be seen.
    if (error instanceof TypeError || error instanceof ReferenceError) throw error
    return { kind: 'refused', reason: (error as Error).message }
  }
}

/** What the bytes say of their encoding libxml2 knows by itself; what HTTP says counts only where they say nothing. */
function readable(message: string | Buffer, charset: string | null): string | Buffer {
  if (typeof message === 'string') return message
  const saysItself = message[0]! >= 0xef || /^<\?xml[^>]*encoding/.test(message.toString('latin1', 0, 200))
  const told = charset?.toLowerCase() ?? 'utf-8'
  if (saysItself || told === 'utf-8') return message
  return told === 'iso-8859-1' ? message.toString('latin1') : refuse(`charset ${told}`)
}

/**
 * Reads and frees a document. Without the reports of mistakes that libxml2 itself goes on after, such as a namespace
 * name that is no URI: the gateway does not ask for one, and the signature does not depend on it.
 */
function read<T>(source: string | Buffer, work: (root: XmlElement) => T): T {
  const options = { option: ParseOption.XML_PARSE_HUGE | ParseOption.XML_PARSE_NOERROR }
  const document =
    typeof source === 'string' ? XmlDocument.fromString(source, options) : XmlDocument.fromBuffer(source, options)
  try {
    return work(document.root)
  } finally {
    document.dispose()
  }
}

function judge(root: XmlElement, registered: readonly Buffer[]): Finding {
  if (!is(root, SOAP, 'Envelope')) refuse('no envelope')
  const body = child(root, SOAP, 'Body')
  const security = single(only(child(root, SOAP, 'Header'), SECURITY, 'Security').filter(isForUs), 'Security for us')
  const signature = child(security, DSIG, 'Signature')
  const timestamp = child(security, UTILITY, 'Timestamp')
  const signedInfo = child(signature, DSIG, 'SignedInfo')
  const ids = idsOf(root)
  const references = only(signedInfo, DSIG, 'Reference').map((reference) => ({
    reference,
    target: targetOf(reference, ids),
  }))
  for (const needed of [body, timestamp])
    if (!references.some(({ target }) => target.isSameNode(needed))) refuse(`${needed.name} is not signed`)
  const certificate = certificateOf(signature, ids)
  if (!registered.some((der) => der.equals(certificate))) refuse('the certificate is not registered')
  return {
    kind: 'judged',
    valueHolds: valueHolds(signature, signedInfo, certificate),
    digestHolds: references.map(({ reference, target }) => ({
      part: target.isSameNode(body) ? 'Body' : target.isSameNode(timestamp) ? 'Timestamp' : 'other',
      holds: digestHolds(reference, target),
    })),
    payload: canonicalBytes(single(children(body), 'element in the Body'), []).toString(),
  }
}

function isForUs(block: XmlElement): boolean {
  const actor = attribute(block, 'actor', SOAP) ?? ''
  return actor === '' || actor === 'http://schemas.xmlsoap.org/soap/actor/next'
}

/** Elements by every attribute that may be an id; null where a value stands on two of them. */
function idsOf(root: XmlElement): Map<string, XmlElement | null> {
  const ids = new Map<string, XmlElement | null>()
  const walk = (element: XmlElement): void => {
    const values = [attribute(element, 'Id', UTILITY), ...['Id', 'ID', 'id'].map((name) => attribute(element, name))]
    for (const value of new Set(values)) if (value !== undefined) ids.set(value, ids.has(value) ? null : element)
    children(element).forEach(walk)
  }
  walk(root)
  return ids
}

function targetOf(pointer: XmlElement, ids: Map<string, XmlElement | null>): XmlElement {
  const uri = attribute(pointer, 'URI') ?? ''
  if (!uri.startsWith('#')) refuse(`it points at ${uri}`)
  return ids.get(uri.slice(1)) ?? refuse(`${uri} is on no element, or on two`)
}

/** The bytes that are digested: exclusive canonical form, with nothing but enveloped-signature before it. */
function canonicalOf(target: XmlElement, method: XmlElement): Buffer {
  if (attribute(method, 'Algorithm') !== EXCLUSIVE) refuse('another canonicalisation than the exclusive one')
  const lists = children(method)
  if (lists.length > 1 || lists.some((list) => !is(list, EXCLUSIVE, 'InclusiveNamespaces'))) refuse('a parameter')
  const prefixes = (lists[0] && attribute(lists[0], 'PrefixList')) ?? ''
  return canonicalBytes(target, prefixes.split(/\s+/).filter(Boolean))
}

function digestHolds(reference: XmlElement, target: XmlElement): boolean {
  const transforms = only(child(reference, DSIG, 'Transforms'), DSIG, 'Transform')
  const before = transforms.slice(0, -1).map((transform) => attribute(transform, 'Algorithm'))
  if (transforms.length === 0 || before.some((name) => name !== `${DSIG}enveloped-signature`)) refuse('a transform')
  const algorithm = attribute(child(reference, DSIG, 'DigestMethod'), 'Algorithm') ?? ''
  const hash = HASHES.get(algorithm) ?? refuse(`digest algorithm ${algorithm}`)
  const digest = createHash(hash)
    .update(canonicalOf(target, transforms.at(-1)!))
    .digest('base64')
  return digest === packed(child(reference, DSIG, 'DigestValue'))
}

function certificateOf(signature: XmlElement, ids: Map<string, XmlElement | null>): Buffer {
  const pointer = child(
    child(child(signature, DSIG, 'KeyInfo'), SECURITY, 'SecurityTokenReference'),
    SECURITY,
    'Reference',
  )
  const token = targetOf(pointer, ids)
  if (!is(token, SECURITY, 'BinarySecurityToken')) refuse('KeyInfo points at something else than a token')
  return Buffer.from(packed(token), 'base64')
}

function valueHolds(signature: XmlElement, signedInfo: XmlElement, certificate: Buffer): boolean {
  const name = attribute(child(signedInfo, DSIG, 'SignatureMethod'), 'Algorithm') ?? ''
  const [type, hash] = SIGNATURES.get(name) ?? refuse(`signature algorithm ${name}`)
  const octets = canonicalOf(signedInfo, child(signedInfo, DSIG, 'CanonicalizationMethod'))
  const key = new X509Certificate(certificate).publicKey
  const value = Buffer.from(packed(child(signature, DSIG, 'SignatureValue')), 'base64')
  if (key.asymmetricKeyType !== type) return false
  try {
    return verifyValue(hash, octets, { key, dsaEncoding: 'ieee-p1363' }, value)
  } catch {
    return false
  }
}

const packed = (element: XmlElement): string => element.content.replace(/\s+/g, '')
