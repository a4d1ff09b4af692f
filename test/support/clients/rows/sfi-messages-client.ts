import { element, type Element } from '../markup.js'
import { INTERNAL_PATH } from '../namespaces.js'
import { flag, list, pathFor, postalAddress, recipient, sentBy, unsupported } from '../parts.js'
import type { Attachment, BuiltRequest, ClientRequest, Signing } from '../types.js'
import { nodeSoapHeaders, nodeSoapMessage } from './node-soap.js'

/** sfi-messages-client: an empty LahetysPvm, no ViranomaisTunniste, sizes in bytes, file names without extension. */
const file = (attachment: Attachment): Element =>
  element('Tiedosto', [
    element('TiedostonKuvaus', attachment.caption ?? attachment.name),
    element('TiedostoSisalto', attachment.content.toString('base64')),
    element('TiedostoKoko', attachment.content.length),
    element('TiedostoMuoto', attachment.mime),
    element('TiedostoNimi', attachment.name.replace(/\.[^.]+$/, '')),
  ])!

const item = (request: ClientRequest, withAddress: boolean): Element =>
  element('Kohde', [
    recipient(request, withAddress ? postalAddress(request.address) : undefined),
    element('VahvistusVaatimus', flag(request.acknowledge)),
    element('VaadiLukukuittaus', flag(request.readReceipt)),
    element('Nimeke', request.title),
    element('LahetysPvm', ''),
    element('LahettajaNimi', request.senderName),
    element('KuvausTeksti', request.text),
    list('Tiedostot', request.attachments.map(file)),
  ])!

function query(request: ClientRequest): (Element | undefined)[] {
  switch (request.operation) {
    case 'HaeTilaTieto':
      return []
    case 'LisaaKohteita':
      // The wrapper may come twice; the second one is empty here.
      return [element('KohdeMaara', 1), element('Kohteet', [item(request, false)]), element('Kohteet', [])]
    case 'LahetaViesti':
      return [
        element('Paperi', request.paper ?? false),
        element('Kohteet', [item(request, true)]),
        element('Tulostustoimittaja', request.printingProvider ?? 'Posti'),
        element('LahetaTulostukseen', request.sendToPrint ?? false),
        request.billing && element('Laskutus', [element('Tunniste', request.billing.id)]),
      ]
    case 'HaeAsiakkaita':
      return unsupported('sfi-messages-client', request.operation)
  }
}

export function buildSfiMessagesClient(request: ClientRequest, signing: Signing): BuiltRequest {
  const content = [
    element('Viranomainen', [
      element('ViranomaisTunnus', request.authorityId),
      element('PalveluTunnus', request.serviceId),
      element('SanomaTunniste', request.exchangeId),
      element('SanomaVersio', '2.0'),
      element('SanomaVarmenneNimi', request.certificateName),
    ]),
    element('Kysely', query(request)),
  ]
  return {
    path: request.path ?? (signing.layout === 'unsigned' ? INTERNAL_PATH : pathFor(request, signing.layout)),
    headers: nodeSoapHeaders(request.operation, '0.30.0'),
    body: nodeSoapMessage(request.operation, content, signing),
    sent: { ...sentBy(request), reference: null },
  }
}
