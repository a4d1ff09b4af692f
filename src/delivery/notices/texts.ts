import type { ItemContent, Language } from '../../message/index.js'
import type { NotificationTexts, ServiceSettings } from '../../registration/index.js'
import type { NoticeFacts, NoticeTexts } from './catalogue.js'
import { en } from './en.js'
import { fi } from './fi.js'
import { oneLine, severalLines, shortened } from './plain-text.js'
import { sv } from './sv.js'

const ours: Readonly<Record<Language, NoticeTexts>> = { fi, sv, en }

const LONGEST_SUBJECT = 250
const LONGEST_BODY = 10_000
/** Two or three parts on the network, depending on the letters. */
const LONGEST_SMS = 300
/** Names are as long as authorities like; an address behind them has to stay in the SMS. */
const LONGEST_SENDER = 120

/** What the words of a notification are chosen from. */
export interface Wording {
  readonly purpose: 'notice' | 'reminder'
  readonly language: Language
  readonly authorityName: string
  readonly serviceName: string
  readonly pagesUrl: string | null
  readonly content: Pick<ItemContent, 'emailSubject' | 'emailBody' | 'smsText'>
  readonly settings: Pick<ServiceSettings, 'notificationTexts'>
}

/**
 * The authority's own words come first: those of the item, then those of the service in the recipient's language. Ours
 * are the last. A reminder says that it is one, whoever's words follow.
 */
export function emailTexts(wording: Wording): { subject: string; body: string } {
  const { texts, facts, isReminder, own } = prepared(wording)
  const subject = written(wording.content.emailSubject, own.emailSubject)
  const body = written(wording.content.emailBody, own.emailBody)
  const asIs = {
    subject: isReminder ? texts.reminderSubject(facts) : texts.noticeSubject(facts),
    body: isReminder ? texts.reminderBody(facts) : texts.noticeBody(facts),
  }
  const theirs = {
    subject: subject && (isReminder ? `${texts.reminderWord}: ${subject}` : subject),
    body: body && (isReminder ? `${texts.reminderSentence}\n\n${body}` : body),
  }
  return {
    subject: shortened(oneLine(theirs.subject ?? asIs.subject), LONGEST_SUBJECT),
    body: `${shortened(severalLines(theirs.body ?? asIs.body), LONGEST_BODY)}\n`,
  }
}

/** The same for an SMS. */
export function smsText(wording: Wording): string {
  const { texts, facts, isReminder, own } = prepared(wording)
  const theirs = written(wording.content.smsText, own.sms)
  const asIs = isReminder ? texts.reminderSms(facts) : texts.noticeSms(facts)
  return shortened(
    oneLine(theirs === null ? asIs : isReminder ? `${texts.reminderWord}: ${theirs}` : theirs),
    LONGEST_SMS,
  )
}

function prepared({ purpose, language, authorityName, serviceName, pagesUrl, settings }: Wording): {
  texts: NoticeTexts
  facts: NoticeFacts
  isReminder: boolean
  own: NotificationTexts
} {
  const authority = oneLine(authorityName)
  const service = oneLine(serviceName)
  const sender = service === '' || authority.includes(service) ? authority : `${authority}, ${service}`
  return {
    texts: ours[language],
    facts: { sender: shortened(sender, LONGEST_SENDER), pagesUrl },
    isReminder: purpose === 'reminder',
    own: settings.notificationTexts?.[language] ?? {},
  }
}

/** The first of them that says anything. */
const written = (...texts: readonly (string | null | undefined)[]): string | null =>
  texts.find((text) => text != null && text.trim() !== '') ?? null
