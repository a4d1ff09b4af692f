import type { Party, PostalAddress, Recipient } from '../../message/index.js'
import type { XmlElement } from '../../xml/index.js'
import { attribute, child, filled, text, word } from './fields.js'

/** Longer than any id: it is echoed in every answer, and an answer must not grow with what a stranger sends. */
const MAX_EXCHANGE_ID = 16_384
const echoable = (id: string | null): string | null => (id !== null && id.length > MAX_EXCHANGE_ID ? null : id)

/** `Viranomainen`: who is calling, by its own word (viranomaispalvelut.md §4.1). */
export function decodeParty(request: XmlElement): Party {
  const party = child(request, 'Viranomainen')
  const contact = filled(party, 'Yhteyshenkilo')
  return {
    authorityId: word(party, 'ViranomaisTunnus'),
    serviceId: word(party, 'PalveluTunnus'),
    actingUserId: text(party, 'KayttajaTunnus'),
    contact: contact && {
      name: attribute(contact, 'Nimi'),
      email: attribute(contact, 'Sahkoposti'),
      phone: attribute(contact, 'Matkapuhelin'),
    },
    address: decodeAddress(party),
    exchangeId: echoable(text(party, 'SanomaTunniste')),
    exchangeVersion: word(party, 'SanomaVersio'),
    certificateCommonName: text(party, 'SanomaVarmenneNimi'),
  }
}

/** `Asiakas`: its id stays as written, for the echo (clients.md R5). */
export function decodeRecipient(recipient: XmlElement): Recipient {
  return {
    id: recipient.attribute('', 'AsiakasTunnus') ?? '',
    idType: recipient.attribute('', 'TunnusTyyppi'),
    email: attribute(recipient, 'Sahkoposti'),
    phone: attribute(recipient, 'Matkapuhelin'),
    address: decodeAddress(recipient),
  }
}

function decodeAddress(parent: XmlElement | null): PostalAddress | null {
  const address = filled(parent, 'Osoite')
  return (
    address && {
      name: text(address, 'Nimi') ?? '',
      street: text(address, 'Lahiosoite') ?? '',
      postalCode: text(address, 'Postinumero') ?? '',
      city: text(address, 'Postitoimipaikka') ?? '',
      country: word(address, 'Maa') ?? 'FI',
    }
  )
}
