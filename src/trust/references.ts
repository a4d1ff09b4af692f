import type { XmlElement } from '../xml/index.js'
import type { Envelope } from './envelope.js'
import { TrustError } from './errors.js'
import { indexDocument } from './ids.js'
import type { SecurityHeader } from './security-header.js'
import type { Signature } from './signature.js'

/**
 * The elements that the references mean: by identity, not by position. The envelope's own Body and the header's own
 * Timestamp have to be among them, each once; the token of this header has to be what KeyInfo points at.
 * @throws TrustError SIGNATURE_POLICY, TIMESTAMP_UNSIGNED
 */
export function resolveParts(envelope: Envelope, header: SecurityHeader, signature: Signature): XmlElement[] {
  const { ids, signatures } = indexDocument(envelope.document.root)
  checkKeyReference(ids, header, signature)
  const parts = signature.references.map((reference) => ids.get(reference.id) ?? fail('A reference points at nothing'))
  const signed = new Set(parts)
  if (signed.size !== parts.length) fail('Two references point at one element')
  if (signatures.some((found) => isWithin(found, signed))) fail('A signed part holds a Signature')
  if (!parts.includes(envelope.body)) fail('The signature does not cover the Body of this envelope')
  if (!parts.includes(header.timestamp))
    throw new TrustError('TIMESTAMP_UNSIGNED', 'The signature does not cover the Timestamp of this header')
  return parts
}

function checkKeyReference(
  ids: ReadonlyMap<string, XmlElement>,
  { token }: SecurityHeader,
  signature: Signature,
): void {
  const { keyReference } = signature
  if (keyReference.kind === 'issuer-serial') {
    if (token !== null) fail('The header has a token that KeyInfo does not point at')
  } else if (token === null) {
    fail('The Security header has no BinarySecurityToken')
  } else if (ids.get(keyReference.id) !== token) {
    fail('KeyInfo does not point at the token of this header')
  }
}

function isWithin(element: XmlElement, parts: ReadonlySet<XmlElement>): boolean {
  for (let e: XmlElement | null = element; e !== null; e = e.parent) if (parts.has(e)) return true
  return false
}

function fail(message: string): never {
  throw new TrustError('SIGNATURE_POLICY', message)
}
