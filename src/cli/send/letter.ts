import { basename } from 'node:path'
import { mediaTypeOf } from '../../message/index.js'

export type LetterOperation = 'LahetaViesti' | 'LisaaKohteita'

export interface LetterFile {
  readonly name: string
  readonly content: Buffer
}

export interface Address {
  readonly name: string
  readonly street: string
  readonly postalCode: string
  readonly city: string
}

/** What an authority wants to say to one recipient. */
export interface Letter {
  readonly operation: LetterOperation
  readonly authorityId: string
  readonly serviceId: string
  readonly recipient: { readonly id: string; readonly idType: 'SSN' | 'CRN'; readonly address: Address | null }
  /** ViranomaisTunniste */
  readonly reference: string
  readonly title: string
  readonly text: string
  readonly files: readonly LetterFile[]
  /** false: do everything but print */
  readonly print: boolean
}

/**
 * The letter as arguments of node-soap, elements in the order of the schema.
 * Source: viranomaispalvelut.md §4, §5.2, §5.3, §6 (schema 1.7)
 */
export function soapArguments(letter: Letter, call: { exchangeId: string; now: Date }): object {
  const kohde = {
    Asiakas: {
      attributes: { AsiakasTunnus: letter.recipient.id, TunnusTyyppi: letter.recipient.idType },
      ...(letter.recipient.address !== null && { Osoite: addressOf(letter.recipient.address) }),
    },
    ViranomaisTunniste: letter.reference,
    Nimeke: letter.title,
    LahetysPvm: call.now.toISOString(),
    KuvausTeksti: letter.text,
    ...(letter.files.length > 0 && { Tiedostot: { Tiedosto: letter.files.map(fileOf) } }),
  }
  return {
    Viranomainen: {
      ViranomaisTunnus: letter.authorityId,
      PalveluTunnus: letter.serviceId,
      KayttajaTunnus: 'asiointitili-cli',
      SanomaTunniste: call.exchangeId,
      SanomaVersio: '1.0',
    },
    Kysely:
      letter.operation === 'LisaaKohteita'
        ? { KohdeMaara: 1, Kohteet: { Kohde: [kohde] } }
        : { Kohteet: { Kohde: [kohde] }, Tulostustoimittaja: 'Posti', LahetaTulostukseen: letter.print },
  }
}

const addressOf = ({ name, street, postalCode, city }: Address): object => ({
  Nimi: name,
  Lahiosoite: street,
  Postinumero: postalCode,
  Postitoimipaikka: city,
  Maa: 'FI',
})

const fileOf = ({ name, content }: LetterFile): object => ({
  TiedostonKuvaus: basename(name),
  TiedostoSisalto: content.toString('base64'),
  // kilobytes, rounded up
  TiedostoKoko: String(Math.ceil(content.length / 1000)),
  TiedostoMuoto: mediaTypeOf(null, name),
  TiedostoNimi: basename(name),
})
