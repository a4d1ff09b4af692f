import { readXml, toUtf8, type XmlDocument, type XmlElement } from '../xml/index.js'
import { EnvelopeError } from './errors.js'
import { SOAP11, SOAP12, WSSE } from './names.js'

/** A SOAP 1.1 message whose structure is known and whose origin is not: nothing in it may be acted upon yet. */
export interface Envelope {
  readonly document: XmlDocument
  readonly header: XmlElement | null
  readonly body: XmlElement
  /** the one element in the Body; its name is the operation */
  readonly payload: XmlElement
  /** what was read; of use only to find out why a signature does not fit */
  readonly utf8: Buffer
}

/** The charset parameter of a Content-Type header; null when it has none. */
export const charsetOf = (contentType: string | null): string | null =>
  /;\s*charset\s*=\s*"?([A-Za-z0-9._-]+)/i.exec(contentType ?? '')?.[1] ?? null

/**
 * Reads a request's bytes once and finds the parts of a SOAP 1.1 message: Envelope = Header?, Body with one element.
 * @param raw          request body as received, content encoding removed
 * @param httpCharset  charset parameter of the Content-Type header, if any
 * @throws XmlError, EnvelopeError
 * Source: SOAP 1.1 §4; viranomaispalvelut.md §12 step 1
 */
export function readEnvelope(raw: Buffer, httpCharset: string | null = null): Envelope {
  const utf8 = toUtf8(raw, httpCharset)
  const document = readXml(utf8)
  const { root } = document
  if (root.local !== 'Envelope') throw new EnvelopeError('SOAP_INVALID', 'The document is not a SOAP envelope')
  if (root.namespace !== SOAP11) {
    const version = root.namespace === SOAP12 ? 'SOAP 1.2' : 'an unknown SOAP version'
    throw new EnvelopeError('SOAP_VERSION', `The envelope is ${version}; this interface is SOAP 1.1`)
  }
  const parts = onlyElements(root)
  const header = parts[0]?.is(SOAP11, 'Header') ? parts[0] : null
  const [body, ...behind] = header ? parts.slice(1) : parts
  if (!body?.is(SOAP11, 'Body')) throw new EnvelopeError('SOAP_INVALID', 'The envelope has no Body in its place')
  if (behind.length > 0) throw new EnvelopeError('SOAP_INVALID', 'Something stands behind the Body')
  const payload = onlyElements(body)
  if (payload.length === 0) throw new EnvelopeError('SOAP_BODY_EMPTY', 'The Body is empty')
  if (payload.length > 1) throw new EnvelopeError('SOAP_INVALID', 'The Body holds more than one element')
  return { document, header, body, payload: payload[0]!, utf8 }
}

const ACTOR_NEXT = 'http://schemas.xmlsoap.org/soap/actor/next'

/** Header blocks meant for us: without an actor, with an empty one, or with "next". Source: SOAP 1.1 §4.2.2. */
export function headersForUs(envelope: Envelope): XmlElement[] {
  if (envelope.header === null) return []
  return onlyElements(envelope.header).filter((block) => {
    const actor = block.attribute(SOAP11, 'actor')
    return actor === null || actor === '' || actor === ACTOR_NEXT
  })
}

/**
 * Refuses a message with a header block that must be understood and is not: we understand Security only.
 * @throws EnvelopeError SOAP_MUST_UNDERSTAND
 */
export function refuseUnknownHeaders(envelope: Envelope): void {
  for (const block of headersForUs(envelope)) {
    const must = block.attribute(SOAP11, 'mustUnderstand')?.trim()
    if ((must === '1' || must === 'true') && !block.is(WSSE, 'Security')) {
      throw new EnvelopeError('SOAP_MUST_UNDERSTAND', 'A header block that must be understood is not known here')
    }
  }
}

/** Child elements of an element that may hold nothing but elements and white space. */
export function onlyElements(parent: XmlElement): XmlElement[] {
  if (/[^ \t\r\n]/.test(parent.text())) throw new EnvelopeError('SOAP_INVALID', 'Text stands where only elements may')
  return parent.elements()
}
