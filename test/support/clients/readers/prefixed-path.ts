import { children, qualifiedName, type XmlElement } from '../dom.js'
import type { Answer, Operation } from '../types.js'
import { integer, itemsOf, parsed, single, unreadable, type Matcher } from './blocks.js'

const literal: Matcher = (element, name) => qualifiedName(element) === name
const asi: Matcher = (element, name) => qualifiedName(element) === `asi:${name}`
const CODES = [202, 400, 403, 404, 405, 406, 453, 525, 550]

function descend(root: XmlElement, path: string): XmlElement {
  const [first, ...rest] = path.split(' / ')
  if (qualifiedName(root) !== first) unreadable(`root is ${qualifiedName(root)}`)
  return rest.reduce((element, name) => single(element, name, literal), root)
}

/** lupapiste: the block has exactly three children, each non-blank, and a code of its list. 461 is an unknown error. */
function readSent(root: XmlElement): Answer {
  const block = descend(root, 'soap:Envelope / soap:Body / LahetaViestiResponse / LahetaViestiResult / TilaKoodi')
  const values = children(block)
  const names = values.map(qualifiedName)
  if (names.toSorted().join(' ') !== 'SanomaTunniste TilaKoodi TilaKoodiKuvaus') unreadable(names.join(' '))
  if (values.some((value) => value.content.trim() === '')) unreadable('a blank value in the status block')
  const text = (name: string): string => single(block, name, literal).content
  const code = integer(single(block, 'TilaKoodi', literal))
  if (!CODES.includes(code)) unreadable(`unknown code ${code}`)
  return { code, text: text('TilaKoodiKuvaus'), exchangeId: text('SanomaTunniste') }
}

/** lupapiste looks only at its one Asiakas, not at the envelope's code. */
function readFound(root: XmlElement): Answer {
  const response = 'asi:HaeAsiakkaitaResponse / asi:HaeAsiakkaitaResult'
  const result = descend(root, `soapenv:Envelope / soapenv:Body / ${response}`)
  single(single(result, 'Asiakkaat', asi), 'Asiakas', asi)
  return { code: null, text: null, exchangeId: null, items: itemsOf(result, 'HaeAsiakkaita', asi)! }
}

/** Reads by literal prefixed names, as lupapiste does: another prefix for the same namespace is not understood. */
export function readByPrefixedPath(operation: Operation, body: Buffer): Answer {
  if (operation === 'LahetaViesti') return parsed(body, readSent)
  if (operation === 'HaeAsiakkaita') return parsed(body, readFound)
  return unreadable(`lupapiste does not call ${operation}`)
}
