import type { Envelope } from '../envelope.js'
import { writeEnvelope } from '../envelope.js'
import { write, type Element } from '../markup.js'
import { actionOf, NS } from '../namespaces.js'
import { isSigned, unsupported } from '../parts.js'
import type { Operation, Signing } from '../types.js'
import { writeSigned } from '../wss/sign.js'
import { nodeSoapStyle } from '../wss/styles.js'

/** node-soap: payload in the default namespace, unused declarations, elements in the order of the caller's object. */
export function nodeSoapMessage(operation: Operation, content: (Element | undefined)[], signing: Signing): Buffer {
  const wrapper: Element = {
    name: operation,
    attributes: { xmlns: NS.asi },
    content: content.filter((child) => child !== undefined),
  }
  const envelope: Envelope = {
    declaration: '<?xml version="1.0" encoding="utf-8"?>',
    prefix: 'soap',
    rootAttributes: ` xmlns:soap="${NS.soap}" xmlns:xsi="${NS.xsi}" xmlns:tns="${NS.asi}"`,
    emptyHeader: '',
    bodyAttributes: '',
    // A signed message went through xmldom, which shortens empty elements.
    payload: write(wrapper, { empty: isSigned(signing) ? 'self-closing' : 'pair' }),
    gap: '',
  }
  switch (signing.layout) {
    case 'unsigned':
      return Buffer.from(writeEnvelope(envelope))
    case 'node-soap-1.0':
      return Buffer.from(writeSigned(envelope, nodeSoapStyle('sha1'), signing))
    case 'node-soap-1.6':
      return Buffer.from(writeSigned(envelope, nodeSoapStyle('sha256'), signing))
    default:
      return unsupported('A node-soap client', signing.layout)
  }
}

export const nodeSoapHeaders = (operation: Operation, version: string): Record<string, string> => ({
  'User-Agent': `node-soap/${version}`,
  Accept: 'text/html,application/xhtml+xml,application/xml,text/xml;q=0.9,*/*;q=0.8',
  'Accept-Encoding': 'none',
  'Accept-Charset': 'utf-8',
  Connection: 'close',
  'Content-Type': 'text/xml; charset=utf-8',
  SOAPAction: `"${actionOf(operation)}"`,
})
