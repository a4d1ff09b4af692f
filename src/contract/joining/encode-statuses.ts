import type { StateCode } from '../../message/index.js'
import type { MessageStatus, MessageStatuses } from '../../registration/index.js'
import { escapeXml } from '../../xml/index.js'
import { stateTexts } from '../codes.js'
import { answerDocument, type AnswerDocument, type ElementWriter } from '../encode/envelope.js'
import { recipientAttributes, statusBlock, type AnswerHead } from '../encode/parts.js'

/** `Vastaus_ViestienTila`, in the order of the schema (docs/joining.md). */
export const encodeMessageStatuses = (head: AnswerHead, statuses: MessageStatuses): AnswerDocument =>
  answerDocument('fetchMessageStatus', (element) => {
    const { messages, unknown, cursor, hasMore } = statuses
    const text = textWriter(element)
    return [
      statusBlock(element, 'fetchMessageStatus', head),
      element('Viestit', messages.map((message) => encodeMessage(element, message)).join('')),
      unknown.length === 0 ? '' : element('Tuntemattomat', unknown.map((id) => text('Tunniste', id)).join('')),
      text('Kohdistin', cursor),
      text('LisaaTulossa', hasMore),
    ].join('')
  })

/** An element of text; nothing when there is none. */
const textWriter =
  (element: ElementWriter) =>
  (name: string, value: string | boolean | null): string =>
    value === null ? '' : element(name, escapeXml(String(value)))

function encodeMessage(element: ElementWriter, message: MessageStatus): string {
  const text = textWriter(element)
  return element(
    'Viesti',
    [
      text('AsiointitiliTunniste', message.number),
      text('ViranomaisTunniste', message.reference),
      text('SanomaTunniste', message.exchangeId),
      text('JaljitysTunniste', message.traceId),
      element('Asiakas', '', recipientAttributes(message.recipient.reveal())),
      text('SaapumisPvm', message.receivedAt.toISOString()),
      encodeState(element, message.state, message.stateAt),
      element('Historia', message.history.map((event) => encodeEvent(element, event)).join('')),
    ].join(''),
  )
}

const encodeEvent = (element: ElementWriter, { state, at, isNew }: MessageStatus['history'][number]): string =>
  element('Tapahtuma', encodeState(element, state, at) + textWriter(element)('Uusi', isNew))

const encodeState = (element: ElementWriter, state: StateCode, at: Date): string =>
  element('KohteenTila', String(state)) +
  element('KohteenTilaKuvaus', escapeXml(stateTexts[state])) +
  element('KohteenTilaPvm', at.toISOString())
