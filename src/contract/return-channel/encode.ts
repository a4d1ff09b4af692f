import type { Recipient, StateCode } from '../../message/index.js'
import { escapeXml } from '../../xml/index.js'
import { stateTexts } from '../codes.js'
import { recipientAttributes } from '../encode/parts.js'
import { PUSH_NAMESPACE, pushNames, type Generation, type PushOperation } from './names.js'

/** What every push says of itself. */
export interface PushHead {
  readonly generation: Generation
  readonly authorityId: string
  readonly serviceId: string
  /** the same in every attempt of one push; the receiver echoes it */
  readonly pushId: string
  /** of the certificate that we sign with; null when it has none, or nothing is signed */
  readonly commonName: string | null
}

/** A state that an item has reached for one recipient. */
export interface StatePush {
  readonly number: string
  readonly reference: string | null
  readonly recipient: Pick<Recipient, 'id' | 'idType'>
  readonly state: StateCode
  readonly at: Date
  /** the newer generation repeats these two of the original item */
  readonly title: string | null
  readonly authorityEmail: string | null
}

/** What a citizen wrote. */
export interface MessagePush {
  readonly number: string
  readonly sender: {
    readonly id: string
    readonly idType: string | null
    readonly name: string | null
    readonly email: string | null
    readonly phone: string | null
  }
  /** the message that it answers */
  readonly answers: { readonly number: string; readonly reference: string | null } | null
  readonly title: string
  readonly body: string
  readonly sentAt: Date
  readonly authorityEmail: string | null
  readonly files: readonly {
    readonly name: string
    readonly mediaType: string | null
    readonly content: Buffer
  }[]
}

/** Version of the messages that the real service named (paluukanava.md §6). */
const MESSAGE_VERSION = '1.0'

const element = (name: string, content: string, attributes = ''): string =>
  `<asi:${name}${attributes}>${content}</asi:${name}>`
/** An element of text; nothing when there is none. */
const text = (name: string, value: string | null): string => (value === null ? '' : element(name, escapeXml(value)))
const attribute = (name: string, value: string | null): string =>
  value === null ? '' : ` ${name}="${escapeXml(value)}"`

/** The payload of VieKohdeTiloja, in the order of the schema (paluukanava.md §2). */
export const encodeStates = (head: PushHead, states: readonly StatePush[]): string =>
  payload(
    'pushStates',
    head,
    states.map((state) => encodeState(head.generation, state)),
  )

/** The payload of VieKohteita with one message, in the order of the schema (paluukanava.md §3). */
export const encodeMessage = (head: PushHead, message: MessagePush): string =>
  payload('pushMessages', head, [encodeCitizenMessage(head.generation, message)])

/** The header by which a router in between finds the receiver; for authorities that ask for it (paluukanava.md §1). */
export const encodeRoutingHeader = (url: string): string =>
  element('paluukanavaUrl', escapeXml(url), ` xmlns:asi="${PUSH_NAMESPACE}"`)

function payload(operation: PushOperation, head: PushHead, items: readonly string[]): string {
  const party = element(
    'Viranomainen',
    text('ViranomaisTunnus', head.authorityId) +
      text('PalveluTunnus', head.serviceId) +
      text('SanomaTunniste', head.pushId) +
      text('SanomaVersio', MESSAGE_VERSION) +
      text('SanomaVarmenneNimi', head.commonName),
  )
  const query = element('KohdeMaara', String(items.length)) + element('Kohteet', items.join(''))
  return element(pushNames[operation], party + element('Kysely', query), ` xmlns:asi="${PUSH_NAMESPACE}"`)
}

function encodeState(generation: Generation, push: StatePush): string {
  const recipient = element(
    'Asiakas',
    text('AsiointitiliTunniste', push.number) +
      element('KohteenTila', String(push.state)) +
      element('KohteenTilaPvm', push.at.toISOString()) +
      text('KohteenTilaKuvaus', stateTexts[push.state]),
    recipientAttributes(push.recipient),
  )
  const newer = generation === 'new' ? text('ViranomaisenEmail', push.authorityEmail) + text('Nimeke', push.title) : ''
  return element('Kohde', text('ViranomaisTunniste', push.reference) + recipient + newer)
}

function encodeCitizenMessage(generation: Generation, message: MessagePush): string {
  const { sender, answers } = message
  const isNew = generation === 'new'
  const contact = isNew ? attribute('Sahkoposti', sender.email) + attribute('Matkapuhelin', sender.phone) : ''
  return element(
    'Kohde',
    element('Asiakas', '', recipientAttributes(sender) + contact) +
      text('AsiointitiliTunniste', message.number) +
      (answers === null ? '' : element('Viittaus', references(answers))) +
      element('Nimeke', escapeXml(message.title)) +
      element('LahetysPvm', message.sentAt.toISOString()) +
      text('LahettajaNimi', sender.name) +
      element('KuvausTeksti', escapeXml(message.body)) +
      (message.files.length === 0 ? '' : element('Tiedostot', message.files.map(encodeFile).join(''))) +
      (isNew ? text('ViranomaisenEmail', message.authorityEmail) : ''),
  )
}

/** What is answered, under both of its names: the authority may know either. */
function references({ number, reference }: NonNullable<MessagePush['answers']>): string {
  const one = (id: string, kind: string): string =>
    element('Viittaus_WS', '', attribute('ViittausTunniste', id) + attribute('ViittausTunnisteTyyppi', kind))
  return one(number, 'AsiointitiliTunniste') + (reference === null ? '' : one(reference, 'ViranomaisTunniste'))
}

const encodeFile = ({ name, mediaType, content }: MessagePush['files'][number]): string =>
  element(
    'Tiedosto',
    element('TiedostoSisalto', content.toString('base64')) +
      text('TiedostoKoko', String(content.length)) +
      text('TiedostoMuoto', mediaType) +
      text('TiedostoNimi', name),
  )
