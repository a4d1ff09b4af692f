import type { Recipient } from '../../message/index.js'
import { escapeXml } from '../../xml/index.js'
import type { Status } from '../codes.js'
import type { WireOperation } from '../names.js'
import type { ElementWriter } from './envelope.js'

/** What every answer carries. `exchangeId` is the caller's SanomaTunniste, or a made one when it sent none (R3). */
export interface AnswerHead {
  readonly status: Status
  readonly exchangeId: string
  readonly traceId: string
}

/** Echoed byte for byte (R5). */
export function recipientAttributes({ id, idType }: Pick<Recipient, 'id' | 'idType'>): string {
  return ` AsiakasTunnus="${escapeXml(id)}"${idType === null ? '' : ` TunnusTyyppi="${escapeXml(idType)}"`}`
}

/** Exactly three children, none of them blank (R3). */
export function statusBlock(element: ElementWriter, operation: WireOperation, head: AnswerHead): string {
  return element(
    'TilaKoodi',
    element('TilaKoodi', String(head.status.code)) +
      element('TilaKoodiKuvaus', escapeXml(describe(operation, head))) +
      element('SanomaTunniste', escapeXml(head.exchangeId)),
  )
}

/** The trace id ends the text of every LahetaViesti answer and of every refusal; clients take all behind it (R7). */
function describe(operation: WireOperation, { status, traceId }: AnswerHead): string {
  const plainSuccess = operation !== 'sendMessage' && status.code === 0
  return plainSuccess ? status.text : `${status.text}${/[.!?]$/.test(status.text) ? '' : '.'} Trace ID: ${traceId}`
}
