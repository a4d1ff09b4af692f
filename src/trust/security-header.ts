import type { XmlElement } from '../xml/index.js'
import { headersForUs, type Envelope } from './envelope.js'
import { TrustError } from './errors.js'
import { DS, WSSE, WSU } from './names.js'

/** The parts that a signed request's one Security header consists of. */
export interface SecurityHeader {
  /** null when KeyInfo names the certificate by issuer and serial number instead */
  readonly token: XmlElement | null
  readonly signature: XmlElement
  readonly timestamp: XmlElement
}

/**
 * Finds exactly one Security header for us with one signature, one timestamp and at most one token, in any order.
 * @throws TrustError SIGNATURE_MISSING, TIMESTAMP_MISSING, SIGNATURE_POLICY
 * Source: wss.md §4; WSS 1.1.1 §5
 */
export function readSecurityHeader(envelope: Envelope): SecurityHeader {
  const headers = headersForUs(envelope).filter((block) => block.is(WSSE, 'Security'))
  const header = headers[0]
  if (header === undefined) throw new TrustError('SIGNATURE_MISSING', 'The request has no Security header')
  if (headers.length > 1) throw new TrustError('SIGNATURE_POLICY', 'The request has more than one Security header')
  const token = one(header, WSSE, 'BinarySecurityToken')
  const signature = one(header, DS, 'Signature')
  const timestamp = one(header, WSU, 'Timestamp')
  if (signature === null) throw new TrustError('SIGNATURE_MISSING', 'The Security header has no Signature')
  if (timestamp === null) throw new TrustError('TIMESTAMP_MISSING', 'The Security header has no Timestamp')
  if (header.elements().length > (token === null ? 2 : 3))
    throw new TrustError(
      'SIGNATURE_POLICY',
      'The Security header holds something else than token, signature and timestamp',
    )
  return { token, signature, timestamp }
}

function one(header: XmlElement, namespace: string, local: string): XmlElement | null {
  const found = header.all(namespace, local)
  if (found.length > 1) throw new TrustError('SIGNATURE_POLICY', `The Security header has more than one ${local}`)
  return found[0] ?? null
}
