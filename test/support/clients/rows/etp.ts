import { inUtc } from '../dates.js'
import { canonicalDocument } from '../dom.js'
import { writeEnvelope, type Envelope } from '../envelope.js'
import { asCharacterReferences, element, write, type Element } from '../markup.js'
import { NS } from '../namespaces.js'
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
import { writeSigned } from '../wss/sign.js'
import { wss4jStyle } from '../wss/styles.js'

function query(request: ClientRequest): (Element | undefined)[] {
  const { billing } = request
  return [
    element('Paperi', request.paper ?? false),
    element('Kohteet', [
      element('Kohde', [
        recipient(request, postalAddress(request.address)),
        element('ViranomaisTunniste', request.reference),
        element('VahvistusVaatimus', flag(request.acknowledge)),
        element('VaadiLukukuittaus', flag(request.readReceipt)),
        element('Nimeke', request.title),
        // Microseconds, as java.time prints them.
        element('LahetysPvm', inUtc(request.sentAt, 6)),
        element('KuvausTeksti', request.text),
        list('Tiedostot', request.attachments.map(attachment)),
      ]),
    ]),
    element('Tulostustoimittaja', request.printingProvider ?? 'Edita'),
    element('LahetaTulostukseen', request.sendToPrint ?? true),
    billing?.password === undefined
      ? undefined
      : element('Laskutus', [element('Tunniste', billing.id), element('Salasana', billing.password)]),
  ]
}

const payload = (request: ClientRequest): string =>
  write(
    element(request.operation, [
      element('Viranomainen', [
        element('ViranomaisTunnus', request.authorityId),
        element('PalveluTunnus', request.serviceId),
        contactPerson(request.contact),
        // The same value on every try, and the same as ViranomaisTunniste.
        element('SanomaTunniste', request.reference),
        element('SanomaVersio', '1.0'),
        element('SanomaVarmenneNimi', request.certificateName),
      ]),
      element('Kysely', query(request)),
    ]),
    { prefix: 'asi', indent: '  ' },
    2,
  )

const style = () =>
  wss4jStyle({
    prefixLists: { signedInfo: 'asi soapenv', Timestamp: 'wsse asi soapenv', Body: 'asi' },
    fold: '&#13;\n',
  })

/** etp: pretty-printed; the signed form is canonical XML with non-ASCII as character references; no HTTP headers set. */
export function buildEtp(request: ClientRequest, signing: Signing): BuiltRequest {
  if (request.operation !== 'LahetaViesti') return unsupported('etp', request.operation)
  if (signing.layout !== 'unsigned' && signing.layout !== 'wss4j') return unsupported('etp', signing.layout)
  const envelope: Envelope = {
    declaration: '',
    prefix: 'soapenv',
    rootAttributes: ` xmlns:soapenv="${NS.soap}" xmlns:asi="${NS.asi}"`,
    emptyHeader: '<soapenv:Header/>',
    bodyAttributes: '',
    payload: `${payload(request)}\n  `,
    gap: '\n  ',
    finish: (xml) => asCharacterReferences(canonicalDocument(xml)),
  }
  const signed = signing.layout === 'wss4j'
  return {
    path: pathFor(request, signing.layout),
    headers: {
      Connection: 'close',
      // The HTTP library names a type for text, none for bytes.
      ...(!signed && { 'Content-Type': 'text/plain; charset=UTF-8' }),
      'Accept-Encoding': 'gzip, deflate',
      'User-Agent': 'Apache-HttpClient/4.5.13 (Java/17.0.2)',
    },
    body: Buffer.from(signed ? writeSigned(envelope, style(), signing) : writeEnvelope(envelope)),
    sent: { ...sentBy(request), exchangeId: request.reference },
  }
}
