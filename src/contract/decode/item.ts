import type { Item, ItemContent, ThreadReference } from '../../message/index.js'
import { sensitive } from '../../sensitive.js'
import type { XmlElement } from '../../xml/index.js'
import { decodeAttachment } from './attachment.js'
import { readDateTime } from './date-time.js'
import { all, attribute, child, filled, flag, integer, text, word, wrapped } from './fields.js'
import { decodeRecipient } from './party.js'

/** `Kohde` of either operation and of every generation (viranomaispalvelut.md §6). */
export function decodeItem(item: XmlElement): Item {
  return {
    recipients: all(item, 'Asiakas').map((recipient) => sensitive(decodeRecipient(recipient))),
    reference: word(item, 'ViranomaisTunniste'),
    writtenReference: text(item, 'ViranomaisTunniste'),
    inReplyTo: decodeThreadReference(child(item, 'Viittaus')),
    requiresAcknowledgement: flag(item, 'VahvistusVaatimus'),
    forceReadReceipt: flag(item, 'VaadiLukukuittaus'),
    sentAt: readDateTime(text(item, 'LahetysPvm')),
    messageKind: integer(item, 'Viestityyppi'),
    content: sensitive(decodeContent(item)),
    attachments: wrapped(item, 'Tiedostot', 'Tiedosto').map((file) => sensitive(decodeAttachment(file))),
  }
}

function decodeContent(item: XmlElement): ItemContent {
  const pages = filled(item, 'Sivut')
  const state = filled(item, 'Tila')
  return {
    title: text(item, 'Nimeke'),
    body: text(item, 'KuvausTeksti'),
    caseNumber: text(item, 'AsiaNumero'),
    senderDisplayName: text(item, 'LahettajaNimi'),
    feeApplies: flag(item, 'Maksullisuus'),
    feeDescription: text(item, 'MaksamisKuvausTeksti'),
    matterState: state && Object.fromEntries(state.elements().map((part) => [part.local, part.text()])),
    authorityEmail: text(item, 'ViranomaisenEmail'),
    smsText: text(item, 'SmsLisatieto'),
    emailSubject: text(item, 'EmailLisatietoOtsikko'),
    emailBody: text(item, 'EmailLisatietoSisalto'),
    reachabilityPhone: text(item, 'TavoitettavuusTietoSMS'),
    reachabilityEmail: text(item, 'TavoitettavuusTietoEmail'),
    addAddressPage: flag(item, 'LisaaOsoitesivu'),
    allowRotateToPortrait: flag(item, 'SalliLiitteenKiertoPystyyn'),
    pages: pages && { first: word(pages, 'Alkusivu'), count: word(pages, 'Sivumaara') },
  }
}

const KINDS: Readonly<Record<string, ThreadReference['kind'] | undefined>> = {
  AsiointitiliTunniste: 'mailboxItemId',
  ViranomaisTunniste: 'authorityItemId',
}

/** `Viittaus`; without an id it refers to nothing (§4.4). */
function decodeThreadReference(reference: XmlElement | null): ThreadReference | null {
  const id = attribute(reference, 'ViittausTunniste')?.trim() ?? ''
  const kind = attribute(reference, 'ViittausTunnisteTyyppi')?.trim() ?? ''
  return id === '' ? null : { kind: KINDS[kind] ?? 'unknown', id }
}
