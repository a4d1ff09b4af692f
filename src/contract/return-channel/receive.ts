import { escapeXml, type XmlDocument, type XmlElement } from '../../xml/index.js'
import { conformanceBy, type Conformance } from '../conformance.js'
import { attribute, child, integer, text, word, wrapped } from '../decode/fields.js'
import { wrap } from '../encode/envelope.js'
import { readSchema } from '../schema.js'
import { PUSH_NAMESPACE, pushNames, pushOperationOf, type Generation, type PushOperation } from './names.js'
import { pushSchemaOf } from './published.js'

/** A push as a receiver reads it: what a vendor wants to see of it. */
export interface ReceivedPush {
  readonly operation: PushOperation
  readonly authorityId: string | null
  readonly serviceId: string | null
  readonly pushId: string | null
  readonly certificateCommonName: string | null
  readonly items: readonly ReceivedItem[]
}

export interface ReceivedItem {
  /** AsiointitiliTunniste */
  readonly number: string | null
  /** ViranomaisTunniste; of a citizen's message the first ViittausTunniste */
  readonly reference: string | null
  readonly recipient: string | null
  /** null for a citizen's message, as its time */
  readonly state: number | null
  readonly stateAt: string | null
  readonly title: string | null
  readonly fileCount: number
}

/** null: the element is no push */
export function decodePush(payload: XmlElement): ReceivedPush | null {
  const operation = pushOperationOf(payload)
  if (operation === null) return null
  const party = child(payload, 'Viranomainen')
  return {
    operation,
    authorityId: word(party, 'ViranomaisTunnus'),
    serviceId: word(party, 'PalveluTunnus'),
    pushId: word(party, 'SanomaTunniste'),
    certificateCommonName: word(party, 'SanomaVarmenneNimi'),
    items: wrapped(child(payload, 'Kysely'), 'Kohteet', 'Kohde').map(decodeItem),
  }
}

function decodeItem(item: XmlElement): ReceivedItem {
  const recipient = child(item, 'Asiakas')
  const [answered] = wrapped(item, 'Viittaus', 'Viittaus_WS')
  return {
    number: word(recipient, 'AsiointitiliTunniste') ?? word(item, 'AsiointitiliTunniste'),
    reference: word(item, 'ViranomaisTunniste') ?? attribute(answered ?? null, 'ViittausTunniste'),
    recipient: attribute(recipient, 'AsiakasTunnus'),
    state: integer(recipient, 'KohteenTila'),
    stateAt: word(recipient, 'KohteenTilaPvm'),
    title: text(item, 'Nimeke'),
    fileCount: wrapped(item, 'Tiedostot', 'Tiedosto').length,
  }
}

const schemas = { old: readSchema(pushSchemaOf('old')), new: readSchema(pushSchemaOf('new')) }

/** Compares a push with the published schema of a generation; null when it fits. */
export const conformanceOfPush = (
  document: XmlDocument,
  payload: XmlElement,
  generation: Generation,
): Conformance | null => conformanceBy(schemas[generation], document, payload)

/** What a receiver answers: a code for the whole, and for each citizen's message the id that it was given. */
export function encodePushAnswer(push: ReceivedPush, code: number): string {
  const element = (name: string, content: string): string => `<asi:${name}>${content}</asi:${name}>`
  const optional = (name: string, value: string | null): string =>
    value === null ? '' : element(name, escapeXml(value))
  const status = element(
    'TilaKoodi',
    element('TilaKoodi', String(code)) +
      element('TilaKoodiKuvaus', code === 0 ? 'OK' : 'Kokeiltava virhe') +
      optional('SanomaTunniste', push.pushId),
  )
  const items = push.items.map(({ number }) =>
    element(
      'Kohde',
      optional('AsiointitiliTunniste', number) +
        optional('ViranomaisTunniste', number === null ? null : `vastaanotettu-${number}`) +
        element('KohteenTila', '200'),
    ),
  )
  const list = element('KohdeMaara', String(items.length)) + element('Kohteet', items.join(''))
  const name = pushNames[push.operation]
  const result = element(`${name}Result`, status + (push.operation === 'pushMessages' && code === 0 ? list : pad(push)))
  return wrap('soap', `<asi:${name}Response xmlns:asi="${PUSH_NAMESPACE}">${result}</asi:${name}Response>`)
}

/** The schema wants a number of items in every answer to citizens' messages. */
const pad = ({ operation }: ReceivedPush): string =>
  operation === 'pushMessages' ? '<asi:KohdeMaara>0</asi:KohdeMaara>' : ''

export const encodePushFault = (faultCode: 'Client' | 'Server'): string =>
  wrap(
    'soap',
    `<soap:Fault><faultcode>soap:${faultCode}</faultcode><faultstring>Kokeiltava virhe</faultstring></soap:Fault>`,
  )
