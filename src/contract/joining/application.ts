import type { Operation } from '../../message/index.js'
import type { Application, Names, RegisteredContact, ReturnChannel, Wishes } from '../../registration/index.js'
import { sensitive, type Sensitive } from '../../sensitive.js'
import type { XmlElement } from '../../xml/index.js'
import { attribute, child, filled, saysSomething, text, word, wrapped } from '../decode/fields.js'
import { authorityNames } from '../names.js'
import { isBusinessId } from './business-id.js'
import { missing, unusable } from './faults.js'
import { line, oneOf, required, short, wholeNumber, yesOrNo } from './values.js'
import { environmentWords, generationWords, roleWords } from './words.js'

const MAX_NAME = 200
const MAX_CONTACTS = 20

/** What a service is registered with (docs/joining.md). @throws ContractError REQUEST_INVALID */
export function decodeApplication(query: XmlElement): Application {
  return {
    businessId: decodeBusinessId(query),
    authorityNames: decodeNames(query, 'ViranomaisenNimi'),
    serviceNames: decodeNames(query, 'PalvelunNimi'),
    contacts: decodeContacts(query),
    environment: required(oneOf(word(query, 'Ymparisto'), 'Ymparisto', environmentWords), 'Ymparisto'),
    wishes: decodeWishes(query),
    returnChannel: decodeReturnChannel(query),
  }
}

function decodeBusinessId(query: XmlElement): string {
  const id = required(word(query, 'YTunnus'), 'YTunnus')
  if (!/^\d{7}-\d$/.test(id)) throw unusable('YTunnus', 'has not the form 1234567-8', 'ei ole muotoa 1234567-8')
  if (!isBusinessId(id)) throw unusable('YTunnus', 'has the wrong check digit', 'on virheellinen: tarkista numerot')
  return id
}

function decodeNames(query: XmlElement, name: string): Names {
  const names = required(filled(query, name), name)
  const nameIn = (language: string): string | null => line(text(names, language), `${name}/${language}`, MAX_NAME)
  return { fi: required(nameIn('Fi'), `${name}/Fi`), sv: nameIn('Sv'), en: nameIn('En') }
}

/** `Yhteyshenkilot`: 1 to 20 people. @throws ContractError REQUEST_INVALID */
export function decodeContacts(query: XmlElement): Sensitive<readonly RegisteredContact[]> {
  const people = wrapped(query, 'Yhteyshenkilot', 'Yhteyshenkilo').filter(saysSomething)
  if (people.length === 0) throw missing('Yhteyshenkilot/Yhteyshenkilo')
  if (people.length > MAX_CONTACTS)
    throw unusable('Yhteyshenkilot', 'holds more than 20 Yhteyshenkilo', 'sisältää yli 20 yhteyshenkilöä')
  return sensitive(people.map(decodeContact))
}

function decodeContact(person: XmlElement): RegisteredContact {
  const path = (name: string): string => `Yhteyshenkilo/@${name}`
  return {
    name: required(line(attribute(person, 'Nimi'), path('Nimi'), MAX_NAME), path('Nimi')),
    email: decodeEmail(attribute(person, 'Sahkoposti'), path('Sahkoposti')),
    phone: line(attribute(person, 'Matkapuhelin'), path('Matkapuhelin'), 40),
    role: oneOf(attribute(person, 'Rooli'), path('Rooli'), roleWords) ?? 'technical',
  }
}

/** Plausible, not proven: one @, a domain with a dot, and nothing that could be two addresses or a header of a mail. */
const EMAIL = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@[^\s@<>()[\]\\,;:"\p{C}.]+(?:\.[^\s@<>()[\]\\,;:"\p{C}.]+)+$/u

function decodeEmail(value: string | null, path: string): string | null {
  const email = short(value, path, 254)
  if (email !== null && !EMAIL.test(email)) throw unusable(path, 'is no e-mail address', 'ei ole sähköpostiosoite')
  return email
}

const MOST = { min: 0, max: 1_000_000_000 }

function decodeWishes(query: XmlElement): Wishes {
  const ways = child(query, 'Toimitustavat')
  const amount = child(query, 'ArvioituMaara')
  return {
    operations: decodeOperations(query),
    electronic: yesOrNo(ways, 'Sahkoinen', true),
    paper: yesOrNo(ways, 'Paperi', false),
    verifiable: yesOrNo(ways, 'Todisteellinen', false),
    messagesPerYear: wholeNumber(amount, 'Vuodessa', MOST),
    messagesInPeakHour: wholeNumber(amount, 'HuippuTunnissa', MOST),
  }
}

function decodeOperations(query: XmlElement): readonly Operation[] | null {
  const named = wrapped(query, 'Operaatiot', 'Operaatio').map((operation) => operation.text())
  const known = named.map((name) => oneOf(name, 'Operaatio', authorityNames)).filter((name) => name !== null)
  return known.length === 0 ? null : [...new Set(known)]
}

/** What is called later must name a host, and nobody's password: it is shown to whoever sees the registration. */
const HTTP_URL = /^https?:\/\/[^\s/?#@\\]+(?:[/?#]\S*)?$/

/** `Paluukanava`; null when missing. @throws ContractError REQUEST_INVALID */
export function decodeReturnChannel(query: XmlElement): ReturnChannel | null {
  const channel = filled(query, 'Paluukanava')
  if (channel === null) return null
  const url = required(line(word(channel, 'Osoite'), 'Paluukanava/Osoite', 500), 'Paluukanava/Osoite')
  if (!HTTP_URL.test(url) || !URL.canParse(url))
    throw unusable(
      'Paluukanava/Osoite',
      'is no http or https address without user info',
      'ei ole http- tai https-osoite ilman käyttäjätietoja',
    )
  const generation = oneOf(word(channel, 'Sukupolvi'), 'Paluukanava/Sukupolvi', generationWords) ?? 'old'
  return { url, generation }
}
