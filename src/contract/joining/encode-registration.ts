import {
  requirementTexts,
  type JoiningOperation,
  type Names,
  type RegisteredContact,
  type RegisteredKey,
  type RegistrationView,
  type Requirement,
  type ReturnChannel,
  type Wishes,
} from '../../registration/index.js'
import { escapeXml } from '../../xml/index.js'
import { answerDocument, type AnswerDocument, type ElementWriter } from '../encode/envelope.js'
import { statusBlock, type AnswerHead } from '../encode/parts.js'
import { wireNames } from '../names.js'
import { environmentWords, generationWords, roleWords, stateWords } from './words.js'

/** `Vastaus_Rekisterointi`: the registration as it is after the request, in the order of the schema (docs/joining.md). */
export const encodeRegistration = (
  operation: Exclude<JoiningOperation, 'fetchMessageStatus'>,
  head: AnswerHead,
  view: RegistrationView,
): AnswerDocument =>
  answerDocument(
    operation,
    (element) =>
      statusBlock(element, operation, head) + element('Rekisterointi', new Writer(element).registration(view)),
  )

/** Writes the parts of a registration; an optional one that is not there is no text at all. */
class Writer {
  readonly #element: ElementWriter

  constructor(element: ElementWriter) {
    this.#element = element
  }

  registration(view: RegistrationView): string {
    const { word, text } = stateWords[view.state]
    return [
      this.#text('Tila', word),
      this.#text('TilaPvm', view.stateAt.toISOString()),
      this.#text('TilaKuvaus', text),
      this.#text('Syy', view.reason),
      this.#text('Ymparisto', environmentWords[view.environment]),
      this.#text('YTunnus', view.businessId),
      this.#names('ViranomaisenNimi', view.authorityNames),
      this.#names('PalvelunNimi', view.serviceNames),
      this.#contacts(view.contacts.reveal()),
      this.#operations(view.operations),
      this.#ways(view.wishes),
      this.#returnChannel(view.returnChannel),
      this.#amount(view.wishes),
      this.#element('Varmenteet', view.certificates.map((key) => this.#certificate(key)).join('')),
      this.#text('TuotantoonPvm', view.productionDate),
      this.#missing(view.missing),
    ].join('')
  }

  #text(name: string, value: string | null): string {
    return value === null ? '' : this.#element(name, escapeXml(value))
  }

  #names(name: string, { fi, sv, en }: Names): string {
    return this.#element(name, this.#text('Fi', fi) + this.#text('Sv', sv) + this.#text('En', en))
  }

  #contacts(contacts: readonly RegisteredContact[]): string {
    if (contacts.length === 0) return ''
    return this.#element('Yhteyshenkilot', contacts.map((contact) => this.#contact(contact)).join(''))
  }

  #contact({ name, email, phone, role }: RegisteredContact): string {
    const attributes = { Nimi: name, Sahkoposti: email, Matkapuhelin: phone, Rooli: roleWords[role] }
    const written = Object.entries(attributes).filter(([, value]) => value !== null)
    return this.#element('Yhteyshenkilo', '', written.map(([key, value]) => ` ${key}="${escapeXml(value!)}"`).join(''))
  }

  #operations(operations: readonly string[]): string {
    const names: Readonly<Record<string, string>> = wireNames
    return this.#element('Operaatiot', operations.map((name) => this.#text('Operaatio', names[name] ?? name)).join(''))
  }

  #ways({ electronic, paper, verifiable }: Wishes): string {
    const ways = { Sahkoinen: electronic, Paperi: paper, Todisteellinen: verifiable }
    return this.#element(
      'Toimitustavat',
      Object.entries(ways)
        .map(([name, wished]) => this.#text(name, String(wished)))
        .join(''),
    )
  }

  #returnChannel(channel: ReturnChannel | null): string {
    if (channel === null) return ''
    const generation = this.#text('Sukupolvi', generationWords[channel.generation])
    return this.#element('Paluukanava', this.#text('Osoite', channel.url) + generation)
  }

  #amount({ messagesPerYear, messagesInPeakHour }: Wishes): string {
    const number = (name: string, value: number | null): string =>
      this.#text(name, value === null ? null : String(value))
    const inside = number('Vuodessa', messagesPerYear) + number('HuippuTunnissa', messagesInPeakHour)
    return inside === '' ? '' : this.#element('ArvioituMaara', inside)
  }

  #certificate({ fingerprint, subject, notBefore, notAfter }: RegisteredKey): string {
    return this.#element(
      'Varmenne',
      this.#text('Sormenjalki', fingerprint) +
        this.#text('Nimi', subject) +
        this.#text('VoimassaAlkaen', notBefore.toISOString()) +
        this.#text('VoimassaAsti', notAfter.toISOString()),
    )
  }

  #missing(requirements: readonly Requirement[]): string {
    if (requirements.length === 0) return ''
    const entries = requirements.map((requirement) =>
      this.#element(
        'Vaatimus',
        this.#text('Koodi', requirement) + this.#names('Kuvaus', requirementTexts[requirement]),
      ),
    )
    return this.#element('Puuttuu', entries.join(''))
  }
}
