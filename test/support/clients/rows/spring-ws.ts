import { writeEnvelope, type Envelope } from '../envelope.js'
import { write, type Element } from '../markup.js'
import { NS } from '../namespaces.js'
import { unsupported } from '../parts.js'
import type { Signing } from '../types.js'
import { writeSigned, writeTimestampOnly } from '../wss/sign.js'
import { springWsStyle, type WssStyle } from '../wss/styles.js'

/** Spring-WS over SAAJ with a JAXB payload: prefixes SOAP-ENV and ns2, empty Header, no XML declaration. */
export function springWsMessage(payload: Element, signing: Signing, variant: Partial<WssStyle>): Buffer {
  const declared = { ...payload, attributes: { 'xmlns:ns2': NS.asi, ...payload.attributes } }
  const envelope: Envelope = {
    declaration: '',
    prefix: 'SOAP-ENV',
    rootAttributes: ` xmlns:SOAP-ENV="${NS.soap}"`,
    emptyHeader: '<SOAP-ENV:Header/>',
    bodyAttributes: '',
    payload: write(declared, { prefix: 'ns2', empty: 'self-closing' }),
    gap: '',
  }
  switch (signing.layout) {
    case 'unsigned':
      return Buffer.from(writeEnvelope(envelope))
    case 'timestamp-only':
      return Buffer.from(writeTimestampOnly(envelope, springWsStyle(variant), signing.now, signing))
    case 'spring-ws':
      return Buffer.from(writeSigned(envelope, springWsStyle(variant), signing))
    default:
      return unsupported('A Spring-WS client', signing.layout)
  }
}

export const springWsHeaders = (): Record<string, string> => ({
  Accept: 'text/xml, text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  SOAPAction: '""',
  'Content-Type': 'text/xml; charset=utf-8',
  'Accept-Encoding': 'gzip',
  Connection: 'Keep-Alive',
  'User-Agent': 'Apache-HttpClient/4.5.14 (Java/17.0.9)',
})
