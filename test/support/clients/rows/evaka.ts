import { midnightInHelsinki } from '../dates.js'
import { element, type Element } from '../markup.js'
import {
  attachment,
  contactPerson,
  flag,
  list,
  pathFor,
  postalAddress,
  recipient,
  sentBy,
  unsupported,
} from '../parts.js'
import type { BuiltRequest, ClientRequest, Signing } from '../types.js'
import { springWsHeaders, springWsMessage } from './spring-ws.js'

const item = (request: ClientRequest): Element =>
  element('Kohde', [
    recipient(request, postalAddress(request.address)),
    element('ViranomaisTunniste', request.reference),
    element('VahvistusVaatimus', flag(request.acknowledge)),
    element('VaadiLukukuittaus', flag(request.readReceipt)),
    element('Nimeke', request.title),
    element('LahetysPvm', midnightInHelsinki(request.sentAt)),
    element('KuvausTeksti', request.text),
    list('Tiedostot', request.attachments.map(attachment)),
    element('LisaaOsoitesivu', true),
  ])!

/** evaka: Spring-WS, no mustUnderstand, TTL 500 s; without a key the header holds only a Timestamp. */
export function buildEvaka(request: ClientRequest, signing: Signing): BuiltRequest {
  if (request.operation !== 'LahetaViesti') return unsupported('evaka', request.operation)
  const { billing } = request
  const payload = element(request.operation, [
    element('Viranomainen', [
      element('ViranomaisTunnus', request.authorityId),
      element('PalveluTunnus', request.serviceId),
      contactPerson(request.contact),
      element('SanomaTunniste', request.exchangeId),
      element('SanomaVersio', '1.1'),
      element('SanomaVarmenneNimi', request.certificateName),
    ]),
    element('Kysely', [
      element('Paperi', request.paper ?? false),
      element('Kohteet', [item(request)]),
      element('Tulostustoimittaja', request.printingProvider ?? 'Posti'),
      element('LahetaTulostukseen', request.sendToPrint ?? false),
      billing &&
        element('Laskutus', [
          element('Tunniste', billing.id),
          // A blank password is left out.
          element('Salasana', billing.password?.trim() === '' ? undefined : billing.password),
        ]),
    ]),
  ])!
  return {
    path: pathFor(request, signing.layout),
    headers: springWsHeaders(),
    body: springWsMessage(payload, signing, { ttlSeconds: 500 }),
    sent: sentBy(request),
  }
}
