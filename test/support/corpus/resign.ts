import { createHash, createSign, randomBytes } from 'node:crypto'
import { attribute, canonicalBytes, descendants, is, only, withDocument, type XmlElement } from '../clients/dom.js'
import { NS } from '../clients/namespaces.js'
import type { Identity } from '../keys.js'
import { digestHash, signatureKinds } from './algorithms.js'
import { privateKeyOf } from './keys.js'

export interface Resigning {
  key: Identity
  /** makes the value in another way than SignatureMethod says, or in a way that only the forger knows */
  sign?: (signedInfo: Buffer) => Buffer
  /** how a digest is written; it is signed as it is written */
  writeDigest?: (base64: string, index: number) => string
  writeValue?: (base64: string) => string
}

const SIGNED_INFO = /<([\w-]+:)?SignedInfo[\s>][^]*?<\/\1?SignedInfo\s*>/
const DIGEST_VALUE = /(<([\w-]+:)?DigestValue(?:\s[^>]*)?>)[^]*?(<\/\2?DigestValue\s*>)/g
const SIGNATURE_VALUE = /(<([\w-]+:)?SignatureValue(?:\s[^>]*)?>)[^]*?(<\/\2?SignatureValue\s*>)/

/**
 * Writes new digests and a new value into the first Signature of a document, whatever that Signature looks like: what
 * a key's owner, or somebody who talked him into signing, can put on the wire. libxml2 and node:crypto, none of our code.
 */
export function resign(xml: string, { key, sign, writeDigest = (d) => d, writeValue = (v) => v }: Resigning): string {
  const digests = withDocument(xml, digestsOf)
  let index = 0
  const digested = xml.replace(SIGNED_INFO, (signedInfo) =>
    signedInfo.replace(DIGEST_VALUE, (_whole, open: string, _prefix, close: string) => {
      const digest = digests[index] ?? randomBytes(32).toString('base64')
      return `${open}${writeDigest(digest, index++)}${close}`
    }),
  )
  const value = withDocument(digested, (root) => valueOf(signedInfoOf(root), key, sign))
  return digested.replace(
    SIGNATURE_VALUE,
    (_whole, open: string, _prefix, close: string) => `${open}${writeValue(value)}${close}`,
  )
}

const signedInfoOf = (root: XmlElement): XmlElement =>
  descendants(root).find((element) => is(element, NS.ds, 'SignedInfo'))!

function digestsOf(root: XmlElement): (string | undefined)[] {
  const everything = [root, ...descendants(root)]
  return only(signedInfoOf(root), NS.ds, 'Reference').map((reference) => {
    const id = attribute(reference, 'URI')?.replace(/^#/, '')
    const target = id === '' ? root : everything.find((element) => idsOf(element).includes(id))
    if (target === undefined) return undefined
    const method = only(reference, NS.ds, 'DigestMethod')[0]
    const transforms = only(reference, NS.ds, 'Transforms').flatMap((list) => only(list, NS.ds, 'Transform'))
    const hash = digestHash[(method && attribute(method, 'Algorithm')) ?? ''] ?? 'sha256'
    return createHash(hash)
      .update(canonicalBytes(target, prefixesOf(transforms.at(-1))))
      .digest('base64')
  })
}

const idsOf = (element: XmlElement): (string | undefined)[] => [
  attribute(element, 'Id', NS.wsu),
  ...['Id', 'ID', 'id'].map((name) => attribute(element, name)),
]

function prefixesOf(method: XmlElement | undefined): string[] {
  const list = method && only(method, NS.ec, 'InclusiveNamespaces')[0]
  return (list && attribute(list, 'PrefixList')?.split(/\s+/).filter(Boolean)) ?? []
}

function valueOf(signedInfo: XmlElement, key: Identity, sign: Resigning['sign']): string {
  const octets = canonicalBytes(signedInfo, prefixesOf(only(signedInfo, NS.ds, 'CanonicalizationMethod')[0]))
  if (sign) return sign(octets).toString('base64')
  const method = only(signedInfo, NS.ds, 'SignatureMethod')[0]
  const kind = signatureKinds[(method && attribute(method, 'Algorithm')) ?? '']
  const hash = kind?.hash ?? 'sha256'
  const privateKey = privateKeyOf(key)
  // Ed25519 knows no hash; nobody accepts such a value, it only has to be one.
  if (privateKey.asymmetricKeyType === 'ed25519') return randomBytes(64).toString('base64')
  return createSign(hash).update(octets).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' }, 'base64')
}
