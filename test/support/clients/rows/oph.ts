import { inHelsinki } from '../dates.js'
import type { Envelope } from '../envelope.js'
import { element, write, type Element } from '../markup.js'
import { actionOf, NS } from '../namespaces.js'
import { attachment, flag, list, pathFor, recipient, relation, sentBy, unsupported } from '../parts.js'
import type { BuiltRequest, ClientRequest, Signing } from '../types.js'
import { writeSigned } from '../wss/sign.js'
import { wss4jStyle } from '../wss/styles.js'

const nil = (name: string): Element | undefined => element(name, '', { 'xmlns:xsi': NS.xsi, 'xsi:nil': 'true' })

const recipients = (request: ClientRequest): Element[] =>
  [request, ...(request.moreRecipients ?? [])].map((who) => recipient(who))

const link = ({ url, caption }: { url: string; caption: string }): Element =>
  element('Tiedosto', [
    element('TiedostonKuvaus', caption),
    element('TiedostoURL', url),
    element('TiedostoKoko', '10'),
    element('TiedostoMuoto', 'text/url'),
    element('TiedostoNimi', caption),
  ])!

/** In the order of the legacy schema, with flags as strings and VaadiLukukuittaus late. */
const item = (request: ClientRequest): Element | undefined =>
  element('Kohde', [
    ...recipients(request),
    element('ViranomaisTunniste', request.reference),
    relation(request.relatesTo),
    element('VahvistusVaatimus', flag(request.acknowledge)),
    element('AsiaNumero', request.reference),
    element('Nimeke', request.title),
    element('LahetysPvm', inHelsinki(request.sentAt, 3)),
    element('LahettajaNimi', request.senderName),
    element('KuvausTeksti', request.text),
    element('Maksullisuus', '0'),
    list('Tiedostot', [...(request.links ?? []).map(link), ...request.attachments.map(attachment)]),
    element('VaadiLukukuittaus', flag(request.readReceipt)),
    element('SmsLisatieto', request.notification?.text),
    element('EmailLisatietoOtsikko', request.notification?.subject),
    element('EmailLisatietoSisalto', request.notification?.text),
  ])

function query(request: ClientRequest): (Element | undefined)[] {
  const { interval } = request
  switch (request.operation) {
    case 'HaeTilaTieto':
      return []
    case 'LisaaKohteita':
      return [element('KohdeMaara', 1), element('Kohteet', [item(request)])]
    case 'HaeAsiakkaita':
      return interval
        ? [
            element('KyselyLaji', 'Kaikki'),
            element('KyselyAlku', inHelsinki(interval.from, 3)),
            element('KyselyLoppu', inHelsinki(interval.to, 3)),
          ]
        : [
            element('KyselyLaji', 'Asiakkaat'),
            nil('KyselyAlku'),
            nil('KyselyLoppu'),
            element('Asiakkaat', recipients(request)),
          ]
    case 'LahetaViesti':
      return unsupported('oph', request.operation)
  }
}

const style = () =>
  wss4jStyle({ prefixLists: { signedInfo: 'soap', Timestamp: 'wsse soap', Body: '' }, ttlSeconds: 300 })

/** oph: CXF of 2014 with the legacy schema; always signed. */
export function buildOph(request: ClientRequest, signing: Signing): BuiltRequest {
  if (signing.layout !== 'wss4j') return unsupported('oph', signing.layout)
  const payload = element(
    request.operation,
    [
      element('Viranomainen', [
        element('ViranomaisTunnus', request.authorityId),
        element('PalveluTunnus', request.serviceId),
        element('KayttajaTunnus', 'oph-viestinta'),
        element('SanomaTunniste', request.exchangeId),
        element('SanomaVersio', '1.0'),
        element('SanomaVarmenneNimi', request.certificateName),
      ]),
      element('Kysely', query(request)),
    ],
    { xmlns: NS.asi },
  )
  const envelope: Envelope = {
    declaration: "<?xml version='1.0' encoding='UTF-8'?>",
    prefix: 'soap',
    rootAttributes: ` xmlns:soap="${NS.soap}"`,
    emptyHeader: '',
    bodyAttributes: '',
    payload: write(payload, { empty: 'self-closing' }),
    gap: '',
  }
  return {
    path: pathFor(request, signing.layout),
    headers: {
      'Content-Type': 'text/xml; charset=UTF-8',
      Accept: '*/*',
      SOAPAction: `"${actionOf(request.operation)}"`,
      'User-Agent': 'Apache CXF 2.7.6',
      'Cache-Control': 'no-cache',
      Pragma: 'no-cache',
      Connection: 'keep-alive',
    },
    body: Buffer.from(writeSigned(envelope, style(), signing)),
    sent: sentBy(request, request.moreRecipients),
  }
}
