import type { XmlElement } from '../xml/index.js'
import { digestAlgorithms, signatureAlgorithms, type DigestAlgorithm, type SignatureAlgorithm } from './algorithms.js'
import { strictBase64 } from './base64.js'
import { TrustError } from './errors.js'
import { DS, ENVELOPED_SIGNATURE, EXC_C14N, WSSE, X509_V3 } from './names.js'

const MAX_REFERENCES = 10
const MAX_ISSUER_LENGTH = 1_000
/** Ten references of a real client come to 6,000; it is canonicalised before anybody has proven anything. */
const MAX_SIGNED_INFO = 64 * 1024
/** A bare name: no XPointer, nothing that would need quoting in anybody's query language. */
const SAME_DOCUMENT_ID = /^#[^\s'"<>&()#]+$/

/** A Signature of the one shape that is let in, taken apart; nothing of it is verified yet. */
export interface Signature {
  readonly element: XmlElement
  readonly signedInfo: XmlElement
  readonly inclusivePrefixes: readonly string[]
  readonly algorithm: SignatureAlgorithm
  readonly references: readonly Reference[]
  readonly value: Buffer
  readonly keyReference: KeyReference
}

/** How KeyInfo names the certificate: the id of the token in the header, or what is written in the certificate itself. */
export type KeyReference =
  | { readonly kind: 'token'; readonly id: string }
  | { readonly kind: 'issuer-serial'; readonly issuer: string; readonly serial: string }

export interface Reference {
  readonly id: string
  /** algorithm names of the transforms, in their order */
  readonly transforms: readonly string[]
  readonly inclusivePrefixes: readonly string[]
  readonly digest: DigestAlgorithm
  readonly digestValue: Buffer
}

/**
 * Reads Signature = SignedInfo, SignatureValue, KeyInfo, nothing foreign; every Reference a same-document id with
 * exclusive c14n as its last transform and at most an enveloped-signature transform before it.
 * @throws TrustError SIGNATURE_POLICY, ALGORITHM_REFUSED
 * Source: xmldsig-core1 §4; wss.md §4; design.md "Trust, in the order of cost" step 2
 */
export function readSignature(element: XmlElement): Signature {
  const [signedInfo, signatureValue, keyInfo] = children(
    element,
    [DS, 'SignedInfo'],
    [DS, 'SignatureValue'],
    [DS, 'KeyInfo'],
  )
  const [method, signatureMethod, ...references] = signedInfo!.elements()
  expect(method, DS, 'CanonicalizationMethod')
  expect(signatureMethod, DS, 'SignatureMethod')
  if (algorithmOf(method!) !== EXC_C14N)
    refuse('ALGORITHM_REFUSED', 'The canonicalisation of SignedInfo is not exclusive c14n')
  if (signatureMethod!.elements().length > 0) refuse('SIGNATURE_POLICY', 'SignatureMethod has parameters')
  if (references.length === 0 || references.length > MAX_REFERENCES)
    refuse('SIGNATURE_POLICY', `A signature has 1 to ${MAX_REFERENCES} references`)
  const algorithm =
    signatureAlgorithms[algorithmOf(signatureMethod!)] ??
    refuse('ALGORITHM_REFUSED', 'The signature algorithm is not accepted')
  const signature: Signature = {
    element,
    signedInfo: signedInfo!,
    inclusivePrefixes: prefixesOf(method!),
    algorithm,
    references: references.map(readReference),
    value: leafBase64(signatureValue!) ?? refuse('SIGNATURE_POLICY', 'SignatureValue is not base64'),
    keyReference: readKeyReference(keyInfo!),
  }
  if (sizeOf(signedInfo!) > MAX_SIGNED_INFO) refuse('SIGNATURE_POLICY', 'SignedInfo is larger than any that is honest')
  return signature
}

function readReference(element: XmlElement): Reference {
  expect(element, DS, 'Reference')
  const [transforms, method, value] = children(element, [DS, 'Transforms'], [DS, 'DigestMethod'], [DS, 'DigestValue'])
  const chain = transforms!.elements()
  const last = chain.at(-1)
  for (const transform of chain) expect(transform, DS, 'Transform')
  const names = chain.map(algorithmOf)
  const known =
    names.length === 1 || (names.length === 2 && names[0] === ENVELOPED_SIGNATURE && chain[0]!.elements().length === 0)
  if (last === undefined || !known || names.at(-1) !== EXC_C14N) {
    refuse('ALGORITHM_REFUSED', 'A reference is transformed by something else than exclusive c14n')
  }
  const uri = element.attribute('', 'URI')
  if (uri === null || !SAME_DOCUMENT_ID.test(uri))
    refuse('SIGNATURE_POLICY', 'A reference does not point at an id of this document')
  if (method!.elements().length > 0) refuse('SIGNATURE_POLICY', 'DigestMethod has parameters')
  return {
    id: uri.slice(1),
    transforms: names,
    inclusivePrefixes: prefixesOf(last),
    digest: digestAlgorithms[algorithmOf(method!)] ?? refuse('ALGORITHM_REFUSED', 'A digest algorithm is not accepted'),
    digestValue: leafBase64(value!) ?? refuse('SIGNATURE_POLICY', 'A DigestValue is not base64'),
  }
}

/**
 * KeyInfo = SecurityTokenReference = Reference to the token by its id, or X509Data with issuer and serial number.
 * Source: WSS 1.1.1 §7.2; X.509 Token Profile 1.1.1 §3.2.3
 */
function readKeyReference(keyInfo: XmlElement): KeyReference {
  const [tokenReference] = children(keyInfo, [WSSE, 'SecurityTokenReference'])
  if (tokenReference!.elements()[0]?.is(DS, 'X509Data') === true) return readIssuerSerial(tokenReference!)
  const [reference] = children(tokenReference!, [WSSE, 'Reference'])
  if (reference!.elements().length > 0) refuse('SIGNATURE_POLICY', 'The reference to the token holds something')
  const type = reference!.attribute('', 'ValueType')
  if (type !== null && type !== X509_V3)
    refuse('SIGNATURE_POLICY', 'KeyInfo points at another kind of token than an X.509 certificate')
  const uri = reference!.attribute('', 'URI')
  if (uri === null || !SAME_DOCUMENT_ID.test(uri))
    refuse('SIGNATURE_POLICY', 'KeyInfo does not point at the token of this header')
  return { kind: 'token', id: uri.slice(1) }
}

function readIssuerSerial(tokenReference: XmlElement): KeyReference {
  const [data] = children(tokenReference, [DS, 'X509Data'])
  const [issuerSerial] = children(data!, [DS, 'X509IssuerSerial'])
  const [name, number] = children(issuerSerial!, [DS, 'X509IssuerName'], [DS, 'X509SerialNumber'])
  const issuer = leafText(name!)
  const serial = leafText(number!)
  if (issuer === '' || issuer.length > MAX_ISSUER_LENGTH || !/^-?\d{1,60}$/.test(serial))
    refuse('SIGNATURE_POLICY', 'KeyInfo does not name an issuer and a serial number')
  return { kind: 'issuer-serial', issuer, serial }
}

/** Prefixes of an InclusiveNamespaces child; an empty list is like none (wss.md §2). */
function prefixesOf(method: XmlElement): string[] {
  const [list, ...more] = method.elements()
  if (list === undefined) return []
  expect(list, EXC_C14N, 'InclusiveNamespaces')
  if (more.length > 0 || list.elements().length > 0)
    refuse('SIGNATURE_POLICY', 'A canonicalisation has more than one parameter')
  const prefixes = (list.attribute('', 'PrefixList') ?? '').split(/[ \t\r\n]+/).filter((prefix) => prefix !== '')
  if (prefixes.length > 64) refuse('SIGNATURE_POLICY', 'A PrefixList is too long')
  return prefixes
}

/** Characters of all texts and attribute values: what canonicalising would have to write. */
function sizeOf(element: XmlElement): number {
  let size = 0
  for (const { value } of element.attributes) size += value.length
  for (const child of element.children) {
    if (typeof child === 'string') size += child.length
    else size += 'bytes' in child ? child.bytes.length : sizeOf(child)
  }
  return size
}

/** Text of an element that holds nothing else, without white space around it; '' when it is anything else. */
const leafText = (element: XmlElement): string => (element.elements().length > 0 ? '' : element.text().trim())

/** Bytes of an element that holds text and nothing else; null when it is anything else. */
const leafBase64 = (element: XmlElement): Buffer | null =>
  element.elements().length > 0 ? null : strictBase64(element.text())

const algorithmOf = (element: XmlElement): string => element.attribute('', 'Algorithm') ?? ''

/** The children of an element that must be exactly these, in this order. */
function children(parent: XmlElement, ...names: [string, string][]): XmlElement[] {
  const found = parent.elements()
  names.forEach(([namespace, local], i) => expect(found[i], namespace, local))
  if (found.length > names.length)
    refuse('SIGNATURE_POLICY', `${parent.local} holds something that does not belong there`)
  return found
}

function expect(element: XmlElement | undefined, namespace: string, local: string): void {
  if (!element?.is(namespace, local)) refuse('SIGNATURE_POLICY', `${local} is missing or not in its place`)
}

function refuse(code: 'SIGNATURE_POLICY' | 'ALGORITHM_REFUSED', message: string): never {
  throw new TrustError(code, message)
}
