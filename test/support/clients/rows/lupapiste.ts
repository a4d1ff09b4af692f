import { inHelsinki } from '../dates.js'
import { writeEnvelope, type Envelope } from '../envelope.js'
import { element, escapeHtml, write, type Element } from '../markup.js'
import { NS } from '../namespaces.js'
import { attachment, flag, list, pathFor, postalAddress, recipient, sentBy, unsupported } from '../parts.js'
import type { BuiltRequest, ClientRequest, Signing } from '../types.js'
import { writeSigned } from '../wss/sign.js'
import { wss4jStyle } from '../wss/styles.js'

const authority = (request: ClientRequest): Element | undefined =>
  element('Viranomainen', [
    element('ViranomaisTunnus', request.authorityId),
    element('PalveluTunnus', request.serviceId),
    element('KayttajaTunnus', request.contact?.email ?? 'lupapalvelu@example.fi'),
    element('SanomaTunniste', request.exchangeId),
    element('SanomaVersio', '1.0'),
    element('SanomaVarmenneNimi', request.certificateName),
  ])

function query(request: ClientRequest): (Element | undefined)[] {
  if (request.operation === 'HaeAsiakkaita')
    return [element('KyselyLaji', 'Asiakkaat'), element('Asiakkaat', [recipient(request)])]
  if (request.operation !== 'LahetaViesti') return unsupported('lupapiste', request.operation)
  return [
    element('Paperi', request.paper ?? false),
    element('Kohteet', [
      element('Kohde', [
        recipient(request, postalAddress(request.address)),
        element('ViranomaisTunniste', request.reference),
        element('VahvistusVaatimus', flag(request.acknowledge)),
        element('VaadiLukukuittaus', flag(request.readReceipt)),
        element('Nimeke', request.title),
        element('LahetysPvm', inHelsinki(request.sentAt, 3)),
        element('LahettajaNimi', request.senderName),
        element('KuvausTeksti', request.text),
        list('Tiedostot', request.attachments.map(attachment)),
      ]),
    ]),
    element('Tulostustoimittaja', request.printingProvider ?? 'Edita'),
  ]
}

const style = () =>
  wss4jStyle({ prefixLists: { signedInfo: 'soapenv', Timestamp: 'wsse soapenv', Body: '' }, fold: '\n' })

/** lupapiste: `asi` declared twice; templates with the white space taken out; no SOAPAction, no Laskutus, no Header when unsigned. */
export function buildLupapiste(request: ClientRequest, signing: Signing): BuiltRequest {
  const declared = { 'xmlns:asi': NS.asi }
  const content = [authority(request), element('Kysely', query(request), declared)]
  const payload = element(request.operation, content, declared)
  const envelope: Envelope = {
    declaration: '',
    prefix: 'soapenv',
    rootAttributes: ` xmlns:soapenv="${NS.soap}"`,
    emptyHeader: '',
    bodyAttributes: '',
    payload: write(payload, { prefix: 'asi', escape: escapeHtml }),
    gap: '',
  }
  if (signing.layout !== 'unsigned' && signing.layout !== 'wss4j') return unsupported('lupapiste', signing.layout)
  const xml = signing.layout === 'unsigned' ? writeEnvelope(envelope) : writeSigned(envelope, style(), signing)
  return {
    path: pathFor(request, signing.layout),
    headers: {
      Connection: 'close',
      'Content-Type': 'text/xml;charset=UTF-8',
      'Accept-Encoding': 'gzip, deflate',
      'User-Agent': 'Apache-HttpClient/4.5.3 (Java/1.8.0_192)',
    },
    body: Buffer.from(xml),
    sent: sentBy(request),
  }
}
