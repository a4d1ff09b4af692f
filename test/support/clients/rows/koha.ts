import { inUtc } from '../dates.js'
import { writeEnvelope } from '../envelope.js'
import { element, write } from '../markup.js'
import { actionOf, NS } from '../namespaces.js'
import { attachment, list, pathFor, postalAddress, recipient, sentBy, unsupported } from '../parts.js'
import type { BuiltRequest, ClientRequest, Signing } from '../types.js'

/** koha: the plug-in is unfinished; this is what a Perl script with LWP would plausibly post, always unsigned. */
export function buildKoha(request: ClientRequest, signing: Signing): BuiltRequest {
  if (request.operation !== 'LahetaViesti') return unsupported('koha', request.operation)
  if (signing.layout !== 'unsigned') return unsupported('koha', signing.layout)
  const payload = element(
    request.operation,
    [
      element('Viranomainen', [
        element('ViranomaisTunnus', request.authorityId),
        element('PalveluTunnus', request.serviceId),
        element('KayttajaTunnus', ''),
        element('SanomaTunniste', request.exchangeId),
        element('SanomaVersio', '1.0'),
        element('SanomaVarmenneNimi', ''),
      ]),
      element('Kysely', [
        element('Kohteet', [
          element('Kohde', [
            recipient(request, postalAddress(request.address)),
            element('ViranomaisTunniste', request.reference),
            element('Nimeke', request.title),
            element('LahetysPvm', inUtc(request.sentAt)),
            element('LahettajaNimi', request.senderName),
            element('KuvausTeksti', request.text),
            list('Tiedostot', request.attachments.map(attachment)),
          ]),
        ]),
        element('Tulostustoimittaja', request.printingProvider ?? 'Posti'),
        element('LahetaTulostukseen', request.sendToPrint ?? false),
        request.billing && element('Laskutus', [element('Tunniste', request.billing.id)]),
      ]),
    ],
    { 'xmlns:asi': NS.asi },
  )
  const xml = writeEnvelope({
    declaration: '<?xml version="1.0" encoding="UTF-8"?>\n',
    prefix: 'SOAP-ENV',
    rootAttributes: ` xmlns:SOAP-ENV="${NS.soap}"`,
    emptyHeader: '<SOAP-ENV:Header></SOAP-ENV:Header>',
    bodyAttributes: '',
    payload: write(payload, { prefix: 'asi', indent: '\t' }, 2),
    gap: '\r\n',
  })
  return {
    path: pathFor(request, signing.layout),
    headers: {
      'User-Agent': 'libwww-perl/6.31',
      'Content-Type': 'text/xml; charset=UTF-8',
      SOAPAction: actionOf(request.operation),
      Connection: 'close',
    },
    body: Buffer.from(xml),
    sent: sentBy(request),
  }
}
