import { XmlComment, XmlElement } from 'libxml2-wasm'
import { attribute, children, descendants, only, qualifiedName, withDocument } from '../dom.js'
import { NS } from '../namespaces.js'
import type { Operation, Recipient } from '../types.js'
import { readThreeChildren } from './three-children.js'
import { unreadable } from './blocks.js'

export interface WireAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}
export interface Expected {
  exchangeId?: string
  reference?: string | null
  recipients?: Recipient[]
}

const GENERAL = [0, 400, 403, 404, 405, 406, 450, 453]
const CODES: Record<Operation, number[]> = {
  HaeAsiakkaita: GENERAL,
  LisaaKohteita: GENERAL,
  HaeTilaTieto: GENERAL,
  LahetaViesti: [202, 400, 403, 404, 405, 406, 453, 461, 525, 550],
}
const ITEM_CODES = [200, 202, 520, 521, 524, 525, 528, 529, 550, 580]
/** R9: children in the order of the schema. */
const ORDER: Record<string, string[]> = {
  HaeAsiakkaitaResult: ['TilaKoodi', 'Asiakkaat'],
  LisaaKohteitaResult: ['TilaKoodi', 'KohdeMaara', 'Kohteet'],
  Kohde: ['ViranomaisTunniste', 'Asiakas'],
  'Asiakas HaeAsiakkaita': ['Tila', 'TilaPvm', 'TiliPassivoitu'],
  'Asiakas LisaaKohteita': ['AsiointitiliTunniste', 'KohteenTila', 'KohteenTilaKuvaus'],
}

function need(holds: boolean, rule: string): void {
  if (!holds) unreadable(rule)
}

function checkOrder(element: XmlElement, operation: Operation): void {
  const order = ORDER[element.name] ?? ORDER[`${element.name} ${operation}`]
  if (!order) return
  const places = children(element).map((child) => order.indexOf(child.name))
  const rising = places.every((place, index) => place >= 0 && (index === 0 || place >= places[index - 1]!))
  need(
    rising,
    `R9: children of ${element.name} are ${children(element)
      .map((c) => c.name)
      .join(' ')}`,
  )
}

function checkTree(root: XmlElement, operation: Operation): void {
  const soap = operation === 'LahetaViesti' ? 'soap' : 'soapenv'
  const asi = operation === 'LahetaViesti' ? '' : 'asi:'
  need(qualifiedName(root) === `${soap}:Envelope`, `R1: the root is ${qualifiedName(root)}`)
  const body = only(root, NS.soap, 'Body')[0] ?? unreadable('no Body')
  need(qualifiedName(body) === `${soap}:Body`, `R1: the body is ${qualifiedName(body)}`)
  const inside = descendants(body)
  need(
    inside.every((e) => qualifiedName(e) === `${asi}${e.name}` && e.namespaceUri === NS.asi),
    'R1: payload prefixes',
  )
  need(children(body).length === 1, 'R2: one element in Body')
  need(
    inside.every((e) => !(e.firstChild instanceof XmlComment)),
    'R2: no comments',
  )
  const block = inside.find((e) => e.name === 'TilaKoodi')!
  need(
    children(block)
      .map((e) => e.name)
      .join(' ') === 'TilaKoodi TilaKoodiKuvaus SanomaTunniste',
    'R3: three children',
  )
  need(
    children(block).every((e) => e.content.trim() !== ''),
    'R3: none of them empty',
  )
  need(
    descendants(root).every((e) => attribute(e, 'mustUnderstand', NS.soap) !== '1'),
    'R8: mustUnderstand="1"',
  )
  inside.forEach((e) => checkOrder(e, operation))
}

/** R1 to R9 of clients.md §4 at once, for any business answer. @throws Unreadable naming the rule */
export function checkWireRules(operation: Operation, answer: WireAnswer, expected: Expected = {}): void {
  const { status, headers, body } = answer
  need(status === 200, `R4: HTTP ${status}`)
  need(headers['content-type'] === 'text/xml;charset=utf-8', `R4: Content-Type ${String(headers['content-type'])}`)
  need(headers['content-length'] === String(body.length), 'R4: Content-Length')
  const text = body.toString('utf8')
  need(/^(<\?xml [^>]*\?>\s*)?<[a-z]/.test(text), 'R2: no BOM, nothing before the envelope but a declaration')
  need(!/<!(--|DOCTYPE)/.test(text) && !/<\?(?!xml )/.test(text), 'R2: no comment, DOCTYPE or instruction')
  withDocument(body, (root) => checkTree(root, operation))

  const { code, exchangeId, items = [] } = readThreeChildren(operation, body)
  need(CODES[operation].includes(code!), `R3: code ${code!} in an answer to ${operation}`)
  if (operation === 'LisaaKohteita')
    need(
      items.every((item) => ITEM_CODES.includes(item.state)),
      'R3: item codes',
    )
  if (operation === 'HaeAsiakkaita')
    need(
      items.every((item) => [300, 310].includes(item.state)),
      'R3: customer states',
    )
  if (expected.exchangeId !== undefined) need(exchangeId === expected.exchangeId, 'R5: SanomaTunniste')
  if (code !== 0 || items.length === 0) return
  const ids = (all: Recipient[]): string => all.map((one) => `${one.idType} ${one.recipientId}`).join(', ')
  if (expected.recipients) need(ids(items) === ids(expected.recipients), 'R5, R6: recipients')
  if (operation === 'LisaaKohteita' && typeof expected.reference === 'string')
    need(
      items.every((item) => item.reference === expected.reference),
      'R5: ViranomaisTunniste',
    )
}
