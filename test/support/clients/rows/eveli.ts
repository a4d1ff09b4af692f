import { element, type Element } from '../markup.js'
import { NS } from '../namespaces.js'
import { attachment, list, pathFor, recipient, sentBy, unsupported } from '../parts.js'
import type { BuiltRequest, ClientRequest, Signing } from '../types.js'
import { springWsHeaders, springWsMessage } from './spring-ws.js'

const nil = (name: string): Element | undefined => element(name, '', { 'xmlns:xsi': NS.xsi, 'xsi:nil': 'true' })

const item = (request: ClientRequest): Element | undefined =>
  element('Kohde', [
    recipient(request),
    element('ViranomaisTunniste', request.reference),
    element('VahvistusVaatimus', request.acknowledge === undefined ? undefined : Number(request.acknowledge)),
    element('Nimeke', request.title),
    // Built from an empty calendar: missing, or an empty element.
    element('LahetysPvm', request.emptySentAt ? '' : undefined),
    element('LahettajaNimi', request.senderName),
    element('KuvausTeksti', request.text),
    list('Tiedostot', request.attachments.map(attachment)),
    element('Viestityyppi', 2),
  ])

function query(request: ClientRequest): (Element | undefined)[] {
  if (request.operation === 'LisaaKohteita') return [element('KohdeMaara', 1), element('Kohteet', [item(request)])]
  if (request.operation !== 'HaeAsiakkaita') return unsupported('eveli', request.operation)
  return [
    element('KyselyLaji', 'Asiakkaat'),
    nil('KyselyAlku'),
    nil('KyselyLoppu'),
    element('Asiakkaat', [recipient(request)]),
  ]
}

/** eveli: Spring-WS with mustUnderstand and a TTL of 300 s; nil query times, no sending time, Viestityyppi 2. */
export function buildEveli(request: ClientRequest, signing: Signing): BuiltRequest {
  const payload = element(request.operation, [
    element('Viranomainen', [
      element('ViranomaisTunnus', request.authorityId),
      element('PalveluTunnus', request.serviceId),
      element('KayttajaTunnus', 'eveli'),
      element('SanomaTunniste', request.exchangeId),
      element('SanomaVersio', '1.0'),
      element('SanomaVarmenneNimi', request.certificateName),
    ]),
    element('Kysely', query(request)),
  ])!
  return {
    path: pathFor(request, signing.layout),
    headers: springWsHeaders(),
    body: springWsMessage(payload, signing, {
      mustUnderstand: true,
      prefixLists: { signedInfo: 'SOAP-ENV', Timestamp: 'wsse SOAP-ENV', Body: null },
    }),
    sent: sentBy(request),
  }
}
