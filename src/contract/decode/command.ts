import type { Command, Item, PrintWishes, QueryCustomers } from '../../message/index.js'
import { sensitive } from '../../sensitive.js'
import type { XmlElement } from '../../xml/index.js'
import { ContractError } from '../errors.js'
import { decodeAttachment } from './attachment.js'
import { readDateTime } from './date-time.js'
import { all, child, filled, flag, text, word, wrapped } from './fields.js'
import { decodeItem } from './item.js'
import { operationOf } from './operation.js'
import { decodeRecipient } from './party.js'

/**
 * Reads the signed Body's one element as a command; who calls is read apart, before (`decodeParty`). Order, repetition and absence of elements are taken as clients
 * send them (clients.md R13–R28); only what leaves nothing to act upon is refused.
 * @throws ContractError OPERATION_UNKNOWN, REQUEST_INVALID
 * Source: viranomaispalvelut.md §4–6, §12 step 4
 */
export function decodeCommand(payload: XmlElement): Command {
  const operation = operationOf(payload, 'authority')
  const query = child(payload, 'Kysely')
  switch (operation) {
    case 'getServiceStatus':
      return { operation }
    case 'queryCustomers':
      return { operation, query: decodeQuery(required(query)) }
    case 'addItems':
      return { operation, items: addressed(decodeItems(required(query))) }
    case 'sendMessage':
      return { operation, items: decodeItems(required(query)), print: decodePrint(required(query)) }
  }
}

function decodeQuery(query: XmlElement): QueryCustomers['query'] {
  const kind = word(query, 'KyselyLaji')
  if (kind === 'Kaikki') {
    return { kind: 'all', from: readDateTime(text(query, 'KyselyAlku')), to: readDateTime(text(query, 'KyselyLoppu')) }
  }
  // Without a kind, a list says what is meant.
  if (kind !== null && kind !== 'Asiakkaat') throw invalid('KyselyLaji is neither Asiakkaat nor Kaikki')
  const recipients = wrapped(query, 'Asiakkaat', 'Asiakas')
  if (recipients.length === 0) throw invalid('Asiakkaat holds no Asiakas')
  return { kind: 'listed', recipients: recipients.map((recipient) => sensitive(decodeRecipient(recipient))) }
}

function decodeItems(query: XmlElement): Item[] {
  const count = word(query, 'KohdeMaara')
  if (count !== null && !/^[+-]?\d+$/.test(count)) throw invalid('KohdeMaara is not a number')
  const items = wrapped(query, 'Kohteet', 'Kohde')
  if (items.length === 0) throw invalid('Kohteet holds no Kohde')
  return items.map(decodeItem)
}

const FILE_PARTS = ['TiedostoSisalto', 'TiedostoURL', 'TiedostoID', 'TiedostoNimi']

/** An answer about an item is given per recipient, so an item without one could not be answered. */
function addressed(items: Item[]): Item[] {
  if (items.some((item) => item.recipients.length === 0)) throw invalid('A Kohde has no Asiakas')
  return items
}

function decodePrint(query: XmlElement): PrintWishes {
  const billing = filled(query, 'Laskutus')
  const files = wrapped(query, 'Tiedostot', 'Tiedosto')
  // Up to schema 1.6 `Tiedostot` of this type is the file itself, repeated, and no wrapper.
  files.push(...all(query, 'Tiedostot').filter((file) => FILE_PARTS.some((part) => child(file, part) !== null)))
  return {
    alsoOnPaper: flag(query, 'Paperi'),
    // `LahetaOC` is what LahetaTulostukseen was called before schema 1.1.
    enabled: flag(query, 'LahetaTulostukseen', flag(query, 'LahetaOC', true)),
    provider: word(query, 'Tulostustoimittaja'),
    colour: flag(query, 'Varitulostus'),
    billing:
      billing &&
      sensitive({
        id: word(billing, 'Tunniste') ?? '',
        password: word(billing, 'Salasana'),
        costCentre: word(billing, 'Kustannuspaikka'),
      }),
    files: files.map((file) => sensitive(decodeAttachment(file))),
  }
}

function required(query: XmlElement | null): XmlElement {
  if (query === null) throw invalid('Kysely is missing')
  return query
}

const invalid = (message: string): ContractError => new ContractError('REQUEST_INVALID', message)
