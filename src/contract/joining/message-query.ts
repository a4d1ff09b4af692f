import type { MessageQuery } from '../../registration/index.js'
import type { XmlElement } from '../../xml/index.js'
import { readDateTime } from '../decode/date-time.js'
import { child, filled, text, word, wrapped } from '../decode/fields.js'
import { missing, unusable } from './faults.js'
import { short, wholeNumber } from './values.js'

const LISTS = [
  { by: 'reference', wrapper: 'ViranomaisTunnisteet', name: 'ViranomaisTunniste' },
  { by: 'number', wrapper: 'AsiointitiliTunnisteet', name: 'AsiointitiliTunniste' },
  { by: 'exchangeId', wrapper: 'SanomaTunnisteet', name: 'SanomaTunniste' },
] as const

const MAX_ID = 400
const MAX_IDS = 1_000
const DEFAULT_CHANGES = 500

/** What `HaeViestienTila` asks for: messages by one kind of ids, or what has changed. @throws ContractError REQUEST_INVALID */
export function decodeMessageQuery(query: XmlElement): MessageQuery {
  const lists = LISTS.filter(({ wrapper, name }) => wrapped(query, wrapper, name).length > 0)
  const [list] = lists
  // An empty `Muutokset` is a question by itself, but also what toolkits write for a missing one.
  const changes = list === undefined ? child(query, 'Muutokset') : filled(query, 'Muutokset')
  if (lists.length + (changes === null ? 0 : 1) > 1)
    throw unusable('Kysely', 'asks in more than one way', 'sisältää useamman kuin yhden hakutavan')
  if (changes !== null) return decodeChanges(changes)
  if (list !== undefined) return { by: list.by, ids: decodeIds(query, list) }
  throw unusable(
    'Kysely',
    'holds none of ViranomaisTunnisteet, AsiointitiliTunnisteet, SanomaTunnisteet, Muutokset',
    'ei sisällä mitään näistä: ViranomaisTunnisteet, AsiointitiliTunnisteet, SanomaTunnisteet, Muutokset',
  )
}

/** Each id once, in the order of the request. Ids that cannot be anybody's are simply unknown. */
function decodeIds(query: XmlElement, { wrapper, name }: (typeof LISTS)[number]): string[] {
  const written = wrapped(query, wrapper, name)
  if (written.length > MAX_IDS)
    throw unusable(wrapper, `holds more than ${MAX_IDS} ${name}`, `sisältää yli ${MAX_IDS} tunnistetta`)
  const ids = written.map((element) => short(element.text(), name, MAX_ID)).filter((id) => id !== null)
  if (ids.length === 0) throw missing(name)
  return [...new Set(ids)]
}

function decodeChanges(changes: XmlElement): MessageQuery {
  const cursor = short(word(changes, 'Kohdistin'), 'Kohdistin', MAX_ID)
  const since = text(changes, 'AlkaenPvm')
  if (cursor !== null && since !== null)
    throw unusable('AlkaenPvm', 'stands beside Kohdistin', 'ja Kohdistin eivät voi olla samassa kyselyssä')
  const from = readDateTime(since)
  if (since !== null && from === null) throw unusable('AlkaenPvm', 'is no xs:dateTime', 'ei ole muotoa xs:dateTime')
  const limit = wholeNumber(changes, 'Enintaan', { min: 1, max: MAX_IDS }) ?? DEFAULT_CHANGES
  return { by: 'changes', cursor, from, limit }
}
