import { is, only } from '../dom.js'
import { NS } from '../namespaces.js'
import type { Answer, Operation } from '../types.js'
import { integer, itemsOf, optionalText, parsed, single, unreadable, type Matcher } from './blocks.js'

const asi: Matcher = (element, name) => is(element, NS.asi, name)

/**
 * Reads by namespace and local name in any order, as hassu (WSDL), evaka, eveli and oph (JAXB) do. A SOAP Fault and a
 * status block without code or text stop it, as a Kotlin non-null text stops evaka.
 */
export function readByNamespace(operation: Operation, body: Buffer): Answer {
  return parsed(body, (root) => {
    if (!is(root, NS.soap, 'Envelope')) unreadable(`root is ${root.name}`)
    const soapBody = only(root, NS.soap, 'Body')[0] ?? unreadable('no Body')
    const fault = only(soapBody, NS.soap, 'Fault')[0]
    if (fault) unreadable(`SOAP Fault: ${fault.content.trim()}`)
    const result = single(single(soapBody, `${operation}Response`, asi), `${operation}Result`, asi)
    const block = single(result, 'TilaKoodi', asi)
    const text = single(block, 'TilaKoodiKuvaus', asi).content
    const items = itemsOf(result, operation, asi)
    const traceId = /Trace ID: (.*)$/s.exec(text)?.[1]
    return {
      code: integer(single(block, 'TilaKoodi', asi)),
      text,
      exchangeId: optionalText(block, 'SanomaTunniste', asi) ?? null,
      ...(items && { items }),
      ...(traceId !== undefined && { traceId }),
    }
  })
}
