import { customer, xml, type Sender } from '../../support/requests.js'

/**
 * Every element of a request in every schema generation, beside what has to be stored of it. `newer` parts are those
 * that the legacy schema has not (viranomaispalvelut.md §4, §6).
 */
type Party = Pick<Sender, 'authorityId' | 'serviceId'>

export const base64 = (text: string) => Buffer.from(text).toString('base64')
const osoite = (who: string) =>
  xml({
    Osoite: xml({
      Nimi: `${who} nimi`,
      Lahiosoite: `${who} katu 1`,
      Postinumero: '00100',
      Postitoimipaikka: 'Helsinki',
      Maa: 'SE',
    }),
  })
const address = (who: string) => ({
  name: `${who} nimi`,
  street: `${who} katu 1`,
  postalCode: '00100',
  city: 'Helsinki',
  country: 'SE',
})

const contactAttributes = 'Nimi="Yrjö Yhteys" Sahkoposti="yrjo@example.fi" Matkapuhelin="+358401"'
export const viranomainen = (sender: Party, newer: boolean): string =>
  `<Viranomainen>${xml({ ViranomaisTunnus: sender.authorityId, PalveluTunnus: sender.serviceId, KayttajaTunnus: 'virkailija 1' })}` +
  (newer ? `<Yhteyshenkilo ${contactAttributes}/>${osoite('lähettäjä')}` : '') +
  `${xml({ SanomaTunniste: 'sanoma 1', SanomaVersio: '1.7', SanomaVarmenneNimi: 'Varmenne Öy' })}</Viranomainen>`
export const partyOf = (sender: Party, newer: boolean) => ({
  authorityId: sender.authorityId,
  serviceId: sender.serviceId,
  actingUserId: 'virkailija 1',
  contact: newer ? { name: 'Yrjö Yhteys', email: 'yrjo@example.fi', phone: '+358401' } : null,
  address: newer ? address('lähettäjä') : null,
  exchangeId: 'sanoma 1',
  exchangeVersion: '1.7',
  certificateCommonName: 'Varmenne Öy',
})

export const asiakas = (person: string, newer: boolean): string =>
  newer
    ? customer(person, osoite('saaja')).replace('>', ' Sahkoposti="saaja@example.fi" Matkapuhelin="+358402">')
    : customer(person)
export const recipientOf = (person: string, newer: boolean) => ({
  id: person,
  idType: 'SSN',
  email: newer ? 'saaja@example.fi' : null,
  phone: newer ? '+358402' : null,
  address: newer ? address('saaja') : null,
})

const tila = {
  TilaKoodi: 'VIR',
  Tila: 'vireillä',
  TilaKuvaus: 'Asia on vireillä',
  TilaPvm: '2026-03-01T08:00:00+02:00',
}
/** A file and a link: together they have every element of Tiedosto. */
const tiedostot =
  xml({
    Tiedosto: xml({
      TiedostonKuvaus: 'kuvaus 1',
      TiedostoSisalto: base64('%PDF-1.4 sisältö 1'),
      TiedostoID: 'id 1',
      TiedostoKoko: '1',
      TiedostoMuoto: 'application/pdf',
      TiedostoNimi: 'yksi.pdf',
    }),
  }) +
  xml({
    Tiedosto: xml({
      TiedostonKuvaus: 'kuvaus 2',
      TiedostoURL: 'https://example.fi/a?b=1&amp;c=2',
      TiedostoKoko: '10',
      TiedostoMuoto: 'text/url',
      TiedostoNimi: 'linkki',
    }),
  })
export const attachments = [
  {
    name: 'yksi.pdf',
    writtenName: 'yksi.pdf',
    caption: 'kuvaus 1',
    url: null,
    statedSize: '1',
    storageId: 'id 1',
    mediaType: 'application/pdf',
  },
  {
    name: 'linkki',
    writtenName: 'linkki',
    caption: 'kuvaus 2',
    url: 'https://example.fi/a?b=1&c=2',
    statedSize: '10',
    storageId: null,
    mediaType: 'text/url',
  },
]
export const files = [
  { mediaType: 'application/pdf', content: Buffer.from('%PDF-1.4 sisältö 1') },
  { mediaType: 'text/url', content: null },
]

const common = {
  VahvistusVaatimus: '1',
  VaadiLukukuittaus: '1',
  AsiaNumero: 'HEL 2026-1',
  Nimeke: 'otsikko',
  LahetysPvm: '2026-03-04T12:00:00+02:00',
  LahettajaNimi: 'lähettäjän nimi',
  KuvausTeksti: 'teksti\nrivi 2',
}
const older = { Maksullisuus: '1', MaksamisKuvausTeksti: 'maksun kuvaus' }
const middle = { Tila: xml(tila), Tiedostot: tiedostot, ViranomaisenEmail: 'kirjaamo@example.fi' }
const notices = { EmailLisatietoOtsikko: 'sähköpostin otsikko', EmailLisatietoSisalto: 'sähköpostin sisältö' }
const reach = { TavoitettavuusTietoEmail: 'tavoita@example.fi' }
const newer17 = { Viestityyppi: '2', LisaaOsoitesivu: 'true', SalliLiitteenKiertoPystyyn: 'true' }
const olderNotices = { SmsLisatieto: 'tekstiviesti' }
const olderReach = { TavoitettavuusTietoSMS: '+358403' }

/** Fields of a Kohde in the order of each generation's schema; the legacy one asks for a read receipt later. */
export const fieldsOf17 = { ...common, ...middle, ...notices, ...reach, ...newer17 }
export const fieldsOf14 = {
  ...common,
  ...older,
  ...middle,
  ...olderNotices,
  ...notices,
  ...olderReach,
  ...reach,
  Viestityyppi: '2',
}
const { VaadiLukukuittaus, ...start } = common
export const fieldsOfLegacy = {
  ...start,
  ...older,
  ...middle,
  VaadiLukukuittaus,
  ...olderNotices,
  ...notices,
  ...olderReach,
  ...reach,
}

export const content = {
  title: 'otsikko',
  body: 'teksti\nrivi 2',
  caseNumber: 'HEL 2026-1',
  senderDisplayName: 'lähettäjän nimi',
  matterState: tila,
  authorityEmail: 'kirjaamo@example.fi',
  emailSubject: 'sähköpostin otsikko',
  emailBody: 'sähköpostin sisältö',
  reachabilityEmail: 'tavoita@example.fi',
}
export const contentOf17 = {
  feeApplies: false,
  feeDescription: null,
  smsText: null,
  reachabilityPhone: null,
  addAddressPage: true,
  allowRotateToPortrait: true,
  pages: null,
}
export const contentOfOld = {
  feeApplies: true,
  feeDescription: 'maksun kuvaus',
  smsText: 'tekstiviesti',
  reachabilityPhone: '+358403',
  addAddressPage: false,
  allowRotateToPortrait: false,
}
