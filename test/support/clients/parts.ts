import { element, type Element } from './markup.js'
import type { Address, Attachment, BuiltRequest, ClientRequest, Layout, Recipient, Signing } from './types.js'
import { SIGNED_PATH, UNSIGNED_PATH } from './namespaces.js'

/** Pieces of the payload that several rows share; the order inside them is the one of the schema. */
export const recipient = (who: Recipient, address?: Element): Element =>
  element('Asiakas', address ? [address] : [], { AsiakasTunnus: who.recipientId, TunnusTyyppi: who.idType })!

export const postalAddress = (address: Address): Element =>
  element('Osoite', [
    element('Nimi', address.name),
    element('Lahiosoite', address.street),
    element('Postinumero', address.postcode),
    element('Postitoimipaikka', address.city),
    element('Maa', address.country),
  ])!

export const contactPerson = (contact: ClientRequest['contact']): Element | undefined =>
  contact &&
  element('Yhteyshenkilo', [], { Nimi: contact.name, Sahkoposti: contact.email, Matkapuhelin: contact.phone })

/** Caption, content, type, name: without TiedostoKoko, as most clients send it. */
export const attachment = (file: Attachment): Element =>
  element('Tiedosto', [
    element('TiedostonKuvaus', file.caption ?? file.name),
    element('TiedostoSisalto', file.content.toString('base64')),
    element('TiedostoMuoto', file.mime),
    element('TiedostoNimi', file.name),
  ])!

export const list = (name: string, members: Element[]): Element | undefined =>
  members.length === 0 ? undefined : element(name, members)

export const relation = (relatesTo: ClientRequest['relatesTo']): Element | undefined =>
  relatesTo && element('Viittaus', [], { ViittausTunniste: relatesTo.id, ViittausTunnisteTyyppi: relatesTo.type })

export const flag = (value: boolean | undefined): '0' | '1' => (value ? '1' : '0')

export const pathFor = (request: ClientRequest, layout: Layout): string =>
  request.path ?? (layout === 'unsigned' || layout === 'timestamp-only' ? UNSIGNED_PATH : SIGNED_PATH)

export const isSigned = (signing: Signing): boolean =>
  signing.layout !== 'unsigned' && signing.layout !== 'timestamp-only'

/** What went out, for rows that send the ids they were asked to send. */
export const sentBy = (request: ClientRequest, recipients: Recipient[] = []): BuiltRequest['sent'] => ({
  operation: request.operation,
  exchangeId: request.exchangeId,
  reference: carriesItem(request) ? request.reference : null,
  recipients:
    request.operation === 'HaeTilaTieto'
      ? []
      : [{ recipientId: request.recipientId, idType: request.idType }, ...recipients],
})

export const carriesItem = ({ operation }: ClientRequest): boolean =>
  operation === 'LahetaViesti' || operation === 'LisaaKohteita'

export function unsupported(client: string, what: string): never {
  throw new Error(`${client} does not send ${what}`)
}
