import { inHelsinki } from '../dates.js'
import { writeEnvelope, type Envelope } from '../envelope.js'
import { element, write, type Element } from '../markup.js'
import { actionOf, NS } from '../namespaces.js'
import {
  attachment,
  contactPerson,
  flag,
  list,
  pathFor,
  postalAddress,
  recipient,
  relation,
  sentBy,
  unsupported,
} from '../parts.js'
import type { BuiltRequest, ClientRequest, Signing } from '../types.js'
import { writeSigned } from '../wss/sign.js'
import { wss4jStyle } from '../wss/styles.js'

const who = (request: ClientRequest, address?: Element): Element[] =>
  [request, ...(request.moreRecipients ?? [])].map((one) => recipient(one, address))

/** Every element of 1.7 in schema order. */
const item = (request: ClientRequest, address?: Element): Element | undefined =>
  element('Kohde', [
    ...who(request, address),
    element('ViranomaisTunniste', request.reference),
    relation(request.relatesTo),
    element('VahvistusVaatimus', flag(request.acknowledge)),
    element('VaadiLukukuittaus', flag(request.readReceipt)),
    element('Nimeke', request.title),
    element('LahetysPvm', inHelsinki(request.sentAt, 7)),
    element('LahettajaNimi', request.senderName),
    element('KuvausTeksti', request.text),
    list('Tiedostot', request.attachments.map(attachment)),
    element('EmailLisatietoOtsikko', request.notification?.subject),
    element('EmailLisatietoSisalto', request.notification?.text),
    element('LisaaOsoitesivu', address && false),
  ])

function query(request: ClientRequest): (Element | undefined)[] {
  const { interval, billing } = request
  switch (request.operation) {
    case 'HaeTilaTieto':
      return []
    case 'LisaaKohteita':
      return [element('KohdeMaara', 1), element('Kohteet', [item(request)])]
    case 'HaeAsiakkaita':
      return [
        element('KyselyLaji', interval ? 'Kaikki' : 'Asiakkaat'),
        element('KyselyAlku', interval ? inHelsinki(interval.from) : '', interval ? {} : { 'xsi:nil': 'true' }),
        element('KyselyLoppu', interval ? inHelsinki(interval.to) : '', interval ? {} : { 'xsi:nil': 'true' }),
        interval ? undefined : element('Asiakkaat', who(request)),
      ]
    case 'LahetaViesti':
      return [
        element('Paperi', request.paper ?? false),
        element('Kohteet', [item(request, postalAddress(request.address))]),
        element('Tulostustoimittaja', request.printingProvider ?? 'Posti'),
        element('LahetaTulostukseen', request.sendToPrint ?? false),
        billing &&
          element('Laskutus', [
            element('Tunniste', billing.id),
            element('Salasana', billing.password),
            element('Kustannuspaikka', billing.costCentre),
          ]),
        element('Varitulostus', false),
      ]
  }
}

const style = () =>
  wss4jStyle({
    prefixLists: { signedInfo: 's xsd xsi', Timestamp: 's wsse xsd xsi', Body: 'xsd xsi' },
    hash: 'sha256',
    ttlSeconds: 300,
  })

/** KEHA: nobody has published what the MIP hub sends; this is a plausible .NET one, with Expect and 7 fraction digits. */
export function buildKehaHub(request: ClientRequest, signing: Signing): BuiltRequest {
  if (signing.layout !== 'unsigned' && signing.layout !== 'wss4j') return unsupported('keha-hub', signing.layout)
  const payload = element(
    request.operation,
    [
      element('Viranomainen', [
        element('ViranomaisTunnus', request.authorityId),
        element('PalveluTunnus', request.serviceId),
        element('KayttajaTunnus', 'keha'),
        contactPerson(request.contact),
        element('SanomaTunniste', request.exchangeId),
        element('SanomaVersio', '1.0'),
        element('SanomaVarmenneNimi', request.certificateName),
      ]),
      element('Kysely', query(request)),
    ],
    { xmlns: NS.asi },
  )
  const envelope: Envelope = {
    declaration: '<?xml version="1.0" encoding="utf-8"?>',
    prefix: 's',
    rootAttributes: ` xmlns:s="${NS.soap}" xmlns:xsi="${NS.xsi}" xmlns:xsd="${NS.xsd}"`,
    emptyHeader: '',
    bodyAttributes: '',
    payload: write(payload, { empty: 'self-closing' }),
    gap: '',
  }
  return {
    path: pathFor(request, signing.layout),
    headers: {
      'Content-Type': 'text/xml; charset=utf-8',
      SOAPAction: `"${actionOf(request.operation)}"`,
      Expect: '100-continue',
      'Accept-Encoding': 'gzip, deflate',
    },
    body: Buffer.from(signing.layout === 'wss4j' ? writeSigned(envelope, style(), signing) : writeEnvelope(envelope)),
    sent: sentBy(request, request.moreRecipients),
  }
}
