import type { ItemFault, ItemOutcome, StateCode } from '../message/index.js'
import type { WireOperation } from './names.js'

/**
 * Wire codes and their Finnish texts (viranomaispalvelut.md §7). Texts that clients compare are quoted to the letter;
 * those marked "own" have no known original.
 */
export interface Status {
  readonly code: number
  readonly text: string
}

const OK: Status = { code: 0, text: 'OK' }

export const successes: Readonly<Record<WireOperation, Status>> = {
  queryCustomers: { code: 0, text: 'Onnistui' },
  addItems: { code: 0, text: 'New messages created' },
  getServiceStatus: OK,
  sendMessage: {
    code: 202,
    text: 'Asia tallennettuna asiointitilipalvelun käsittelyjonoon, mutta se ei vielä näy asiakkaan asiointitilillä.',
  },
  registerService: OK,
  getRegistration: OK,
  changeContacts: OK,
  addCertificate: OK,
  retireCertificate: OK,
  withdrawRegistration: OK,
  fetchMessageStatus: OK,
}

/** `KohteenTilaKuvaus` of a message's states (§7.2); those of 522 and 523 are own. */
export const stateTexts: Readonly<Record<StateCode, string>> = {
  200: 'Asia on tallennettuna ja näkyy asiakkaalle.',
  202: successes.sendMessage.text,
  220: 'Viesti on luettu asiakkaan toimesta',
  230: 'Viesti on kuitattu luetuksi asiakkaan toimesta - todisteellinen tiedoksianto',
  522: 'Liitteen tallennus ei onnistunut',
  523: 'Liitteen virustarkastus ei onnistunut tai liitteestä löytyi haittaohjelma',
  550: 'Muu virhe',
  580: 'Liitettä ei saatu haettua tallennuspalvelusta',
}

const FAULTY_DATA = 'Asian tietosisällössä virheitä.'

/** Clients recognise a duplicate by this beginning and by nothing else (§7.1 note 3). */
export const duplicateMessage: Status = {
  code: 525,
  text: `${FAULTY_DATA} Viranomaistunnisteella löytyy jo asia, joka on tallennettu asiakkaan tilille Viestit-palveluun`,
}

/** own: what is wrong with the data, for the person at the authority who must mend it */
const faults: Readonly<Record<ItemFault, string>> = {
  recipientMissing: 'Asiakas puuttuu',
  recipientIdInvalid: 'AsiakasTunnus puuttuu tai on yli 20 merkkiä pitkä',
  recipientNotArtificial:
    'AsiakasTunnus ei ole keinotekoinen: testipalvelu voi lähettää vain henkilötunnuksille, joiden yksilönumero on 900–999 (muoto PPKKVV-9NNT), ja Y-tunnuksille alkaen 9000000 (muoto 9NNNNNN-T)',
  recipientArtificial: 'AsiakasTunnus on keinotekoinen: tuotantopalvelu voi lähettää vain oikeille asiakkaille',
  referenceMissing: 'ViranomaisTunniste puuttuu',
  referenceTooLong: 'ViranomaisTunniste on yli 255 merkkiä pitkä',
  titleTooLong: 'Nimeke on yli 400 merkkiä pitkä',
  textMissing: 'Nimeke ja KuvausTeksti puuttuvat',
  billingInvalid: 'Laskutustunniste puuttuu tai on väärän mittainen',
  addressIncomplete:
    'Paperikirjeen vastaanottajan osoite puuttuu tai on vajaa: Nimi, Lahiosoite, Postinumero ja Postitoimipaikka tarvitaan',
  nothingPrintable: 'Yhtäkään liitteistä ei voi tulostaa: paperikirjeeseen käyvät PDF, PNG, JPEG ja tekstitiedosto',
  pdfEncrypted: 'PDF-liite on salattu, eikä sitä voi tulostaa. Lähetä se ilman salausta',
  pageRangeUnsupported: 'Sivut-elementti ei ole käytössä: lähetä jokaisen vastaanottajan tuloste omana tiedostonaan',
  attachmentEmpty: 'Tiedostolla ei ole sisältöä eikä linkkiä',
  tooManyAttachments: 'Liian monta tiedostoa',
  attachmentAmbiguous: 'Tiedostolla on sekä sisältö että linkki',
  attachmentNotBase64: 'TiedostoSisalto ei ole base64-muodossa',
}

/** `KohteenTila` of an item for one recipient (§7.2). */
export function itemStatus(outcome: ItemOutcome): Status {
  switch (outcome.kind) {
    case 'stored':
      return { code: 200, text: stateTexts[200] }
    case 'queued':
      return { code: 202, text: stateTexts[202] }
    case 'duplicate':
      return {
        code: 520,
        text: 'Annetulla tunnisteella löytyy jo asia, joka on tallennettu asiointitilipalveluun eikä se ole virheellinen',
      }
    case 'referenceNotFound':
      return { code: 521, text: 'Liitoksen kohdetta (Viittaus) ei löydy tai se on eri asiakkaan asia' }
    case 'noAccount':
      return { code: 524, text: 'Asiakas ei ota vastaan asioita asiointitilille' }
    case 'invalid':
      return { code: 525, text: `${FAULTY_DATA} ${faults[outcome.reason]}` }
    case 'typeNotAllowed':
      return { code: 528, text: 'Ei sallittu liitetiedoston tyyppi' }
    case 'tooLarge':
      return { code: 529, text: 'Liian iso liitetiedoston koko' }
    case 'notFetchable':
      return { code: 580, text: stateTexts[580] }
  }
}

/** Envelope code of LahetaViesti, which has no code per item (§7.1): every fault of an item is 525 but a missing account. */
export function messageStatus(outcome: ItemOutcome): Status {
  switch (outcome.kind) {
    case 'stored':
    case 'queued':
      return successes.sendMessage
    case 'duplicate':
      return duplicateMessage
    case 'noAccount':
      return { code: 461, text: 'Asiakkaalla ei ole asiointitiliä eikä viestiä tulosteta' }
    case 'invalid':
      return itemStatus(outcome)
    default:
      return { code: 525, text: `${FAULTY_DATA} ${itemStatus(outcome).text}` }
  }
}
