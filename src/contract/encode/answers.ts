import type { ItemOutcome, Recipient } from '../../message/index.js'
import { isStored } from '../../message/index.js'
import { escapeXml } from '../../xml/index.js'
import { itemStatus } from '../codes.js'
import type { WireOperation } from '../names.js'
import { answerDocument, type AnswerDocument, type ElementWriter } from './envelope.js'
import { recipientAttributes, statusBlock, type AnswerHead } from './parts.js'

/** The account state of one recipient, for HaeAsiakkaita. */
export interface AccountAnswer {
  readonly recipient: Pick<Recipient, 'id' | 'idType'>
  readonly state: 'active' | 'passive' | 'none'
  readonly stateAt: Date
}

/** One Kohde of a LisaaKohteita answer. */
export interface ItemAnswer {
  readonly writtenReference: string | null
  readonly recipients: readonly {
    readonly recipient: Pick<Recipient, 'id' | 'idType'>
    readonly outcome: ItemOutcome
  }[]
}

/** An answer that consists of the status block only: LahetaViesti, HaeTilaTieto, and every refusal of either contract. */
export const encodeStatus = (operation: WireOperation, head: AnswerHead): AnswerDocument =>
  answerDocument(operation, (element) => statusBlock(element, operation, head))

/** HaeAsiakkaita: one entry per requested one, same order (R6). */
export const encodeAccounts = (head: AnswerHead, accounts: readonly AccountAnswer[]): AnswerDocument =>
  answerDocument('queryCustomers', (element) => {
    const entries = accounts.map(({ recipient, state, stateAt }) =>
      element(
        'Asiakas',
        element('Tila', state === 'none' ? '310' : '300') +
          element('TilaPvm', stateAt.toISOString()) +
          element('TiliPassivoitu', state === 'passive' ? '1' : '0'),
        recipientAttributes(recipient),
      ),
    )
    return statusBlock(element, 'queryCustomers', head) + element('Asiakkaat', entries.join(''))
  })

/** LisaaKohteita: item codes per recipient; the envelope code stays 0 whatever they are (§5.2). */
export const encodeItems = (head: AnswerHead, items: readonly ItemAnswer[]): AnswerDocument =>
  answerDocument(
    'addItems',
    (element) =>
      statusBlock(element, 'addItems', head) +
      element('KohdeMaara', String(items.length)) +
      element('Kohteet', items.map((item) => encodeItem(element, item)).join('')),
  )

function encodeItem(element: ElementWriter, item: ItemAnswer): string {
  const reference =
    item.writtenReference === null ? '' : element('ViranomaisTunniste', escapeXml(item.writtenReference))
  const recipients = item.recipients.map(({ recipient, outcome }) => {
    const { code, text } = itemStatus(outcome)
    const number = isStored(outcome) ? element('AsiointitiliTunniste', outcome.number) : ''
    const state = element('KohteenTila', String(code)) + element('KohteenTilaKuvaus', escapeXml(text))
    return element('Asiakas', number + state, recipientAttributes(recipient))
  })
  return element('Kohde', reference + recipients.join(''))
}
