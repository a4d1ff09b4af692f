import { createVerify, X509Certificate } from 'node:crypto'
import {
  attribute,
  canonicalBytes,
  canonicalDigest,
  children,
  descendants,
  is,
  only,
  withDocument,
  type XmlElement,
} from '../dom.js'
import { DIGEST_URI, ENVELOPED, EXC_C14N, NS, SIGNATURE_URI, type Hash } from '../namespaces.js'

/** What an independent check (libxml2 and node:crypto, none of our code) found in a signed message. */
export interface Verified {
  certificatePem: string
  hash: Hash
  signedParts: string[]
  createdAt: string | null
  expiresAt: string | null
}

function fail(reason: string): never {
  throw new Error(`The signature does not verify: ${reason}`)
}

function one(found: XmlElement[], what: string): XmlElement {
  return found.length === 1 ? found[0]! : fail(`${found.length} × ${what}`)
}

const hashOf = (uris: Record<Hash, string>, uri: string | undefined): Hash =>
  uri === uris.sha1 ? 'sha1' : uri === uris.sha256 ? 'sha256' : fail(`algorithm ${uri ?? 'missing'}`)

export function prefixList(transform: XmlElement): string[] {
  const inclusive = only(transform, NS.ec, 'InclusiveNamespaces')[0]
  return (inclusive && attribute(inclusive, 'PrefixList')?.split(/\s+/).filter(Boolean)) ?? []
}

function byId(root: XmlElement, uri: string | undefined): XmlElement {
  const id = uri?.startsWith('#') ? uri.slice(1) : fail(`URI ${uri ?? 'missing'}`)
  const found = descendants(root).filter((e) => attribute(e, 'Id') === id || attribute(e, 'Id', NS.wsu) === id)
  return one(found, `element with id ${id}`)
}

function checkReference(root: XmlElement, reference: XmlElement, signature: XmlElement): string {
  const target = byId(root, attribute(reference, 'URI'))
  const transforms = children(one(only(reference, NS.ds, 'Transforms'), 'Transforms'))
  const names = transforms.map((transform) => attribute(transform, 'Algorithm'))
  const known = names.at(-1) === EXC_C14N && names.slice(0, -1).every((name) => name === ENVELOPED)
  if (!known) fail(`transforms ${names.join(', ')}`)
  // Enveloped-signature would change the digest input only if the signature stood inside the signed element.
  if (descendants(target).some((inner) => inner.isSameNode(signature))) fail('it signs an element around itself')
  const hash = hashOf(DIGEST_URI, attribute(one(only(reference, NS.ds, 'DigestMethod'), 'DigestMethod'), 'Algorithm'))
  const expected = one(only(reference, NS.ds, 'DigestValue'), 'DigestValue').content.replace(/\s/g, '')
  if (canonicalDigest(target, prefixList(transforms.at(-1)!), hash) !== expected) fail(`digest of ${target.name}`)
  return target.name
}

/** @throws when the message has not exactly one valid signature by the certificate it carries. */
export function verifySigned(message: string | Buffer): Verified {
  return withDocument(message, (root) => {
    const header = one(only(root, NS.soap, 'Header'), 'Header')
    const security = one(only(header, NS.wsse, 'Security'), 'Security')
    const signature = one(only(security, NS.ds, 'Signature'), 'Signature')
    const signedInfo = one(only(signature, NS.ds, 'SignedInfo'), 'SignedInfo')
    const pointer = one(
      descendants(signature).filter((element) => is(element, NS.wsse, 'Reference')),
      'token reference',
    )
    const token = byId(security, attribute(pointer, 'URI')).content.replace(/\s/g, '')
    const certificate = new X509Certificate(Buffer.from(token, 'base64'))
    const signedParts = only(signedInfo, NS.ds, 'Reference').map((ref) => checkReference(root, ref, signature))

    const method = one(only(signedInfo, NS.ds, 'CanonicalizationMethod'), 'CanonicalizationMethod')
    if (attribute(method, 'Algorithm') !== EXC_C14N) fail('canonicalisation of SignedInfo')
    const uri = attribute(one(only(signedInfo, NS.ds, 'SignatureMethod'), 'SignatureMethod'), 'Algorithm')
    const hash = hashOf(SIGNATURE_URI, uri)
    const value = one(only(signature, NS.ds, 'SignatureValue'), 'SignatureValue').content.replace(/\s/g, '')
    const verifier = createVerify(hash).update(canonicalBytes(signedInfo, prefixList(method)))
    if (!verifier.verify(certificate.publicKey, value, 'base64')) fail('signature value')

    const time = (name: string): string | null =>
      only(security, NS.wsu, 'Timestamp').flatMap((timestamp) => only(timestamp, NS.wsu, name))[0]?.content ?? null
    return {
      certificatePem: certificate.toString(),
      hash,
      signedParts,
      createdAt: time('Created'),
      expiresAt: time('Expires'),
    }
  })
}
