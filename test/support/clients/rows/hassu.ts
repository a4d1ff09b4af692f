import { inHelsinki } from '../dates.js'
import { element, type Element } from '../markup.js'
import { flag, list, pathFor, relation, sentBy } from '../parts.js'
import type { Attachment, BuiltRequest, ClientRequest, Signing } from '../types.js'
import { nodeSoapHeaders, nodeSoapMessage } from './node-soap.js'

/** hassu: Kysely first, and nearly every sequence out of schema order. */
const authority = (request: ClientRequest): Element | undefined =>
  element('Viranomainen', [
    element('KayttajaTunnus', 'VLS'),
    element('PalveluTunnus', request.serviceId),
    element('ViranomaisTunnus', request.authorityId),
    element('SanomaVersio', '1.0'),
    element('SanomaVarmenneNimi', request.certificateName),
    element('SanomaTunniste', request.exchangeId),
    request.contact && element('Yhteyshenkilo', [], { Nimi: request.contact.name, Sahkoposti: request.contact.email }),
  ])

const customer = (request: ClientRequest, content: Element[] = []): Element | undefined =>
  element('Asiakas', content, { AsiakasTunnus: request.recipientId, TunnusTyyppi: request.idType })

const address = ({ address: a }: ClientRequest): Element =>
  element('Osoite', [
    element('Lahiosoite', a.street),
    element('Postinumero', a.postcode),
    element('Postitoimipaikka', a.city),
    element('Maa', a.country),
    element('Nimi', a.name),
  ])!

const file = (attachment: Attachment): Element =>
  element('Tiedosto', [
    element('TiedostoNimi', attachment.name),
    element('TiedostoSisalto', attachment.content.toString('base64')),
    element('TiedostonKuvaus', attachment.caption ?? attachment.name),
    element('TiedostoMuoto', attachment.mime),
  ])!

const beginning = (request: ClientRequest): (Element | undefined)[] => [
  element('ViranomaisTunniste', request.reference),
  relation(request.relatesTo),
  element('Nimeke', request.title),
  element('LahettajaNimi', request.senderName),
  element('LahetysPvm', inHelsinki(request.sentAt)),
  element('KuvausTeksti', request.text),
  element('EmailLisatietoOtsikko', request.notification?.subject),
  element('EmailLisatietoSisalto', request.notification?.text),
]

const flags = (request: ClientRequest): (Element | undefined)[] => [
  element('VaadiLukukuittaus', flag(request.readReceipt)),
  element('VahvistusVaatimus', flag(request.acknowledge)),
]

function query(request: ClientRequest): (Element | undefined)[] {
  switch (request.operation) {
    case 'HaeTilaTieto':
      return []
    case 'HaeAsiakkaita':
      return [element('KyselyLaji', 'Asiakkaat'), element('Asiakkaat', [customer(request)])]
    case 'LisaaKohteita': {
      const item = [customer(request), ...beginning(request), element('Viestityyppi', '2'), ...flags(request)]
      const files = list('Tiedostot', request.attachments.map(file))
      return [element('KohdeMaara', '1'), element('Kohteet', [element('Kohde', [...item, files])])]
    }
    case 'LahetaViesti':
      return [
        element('Paperi', request.paper ?? false),
        element('Kohteet', [
          element('Kohde', [
            customer(request, [address(request)]),
            ...beginning(request),
            element('LisaaOsoitesivu', 'false'),
            ...flags(request),
            list('Tiedostot', request.attachments.map(file)),
          ]),
        ]),
        element('Tulostustoimittaja', request.printingProvider ?? 'Posti'),
        element('LahetaTulostukseen', request.sendToPrint),
        request.billing &&
          element('Laskutus', [
            element('Tunniste', request.billing.id),
            element('Kustannuspaikka', request.billing.costCentre),
          ]),
        element('Varitulostus', 'false'),
      ]
  }
}

export function buildHassu(request: ClientRequest, signing: Signing): BuiltRequest {
  const content = [element('Kysely', query(request)), authority(request)]
  const version = signing.layout === 'node-soap-1.0' ? '1.0.0' : '1.6.0'
  return {
    path: pathFor(request, signing.layout),
    headers: {
      ...nodeSoapHeaders(request.operation, version),
      ...(request.apiKey !== undefined && { 'x-api-key': request.apiKey }),
    },
    body: nodeSoapMessage(request.operation, content, signing),
    sent: sentBy(request),
  }
}
