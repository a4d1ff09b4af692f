import type { NoticeFacts, NoticeTexts } from './catalogue.js'

const where = ({ pagesUrl }: NoticeFacts): string =>
  pagesUrl === null
    ? 'Läs meddelandet genom att logga in i din elektroniska brevlåda.'
    : `Läs meddelandet i din elektroniska brevlåda:\n${pagesUrl}`

const closing = `Meddelandets innehåll skickas inte per e-post. Den här aviseringen har skickats
automatiskt och kan inte besvaras.`

const body = (what: string, facts: NoticeFacts): string =>
  `Hej\n\n${what}\n\nAvsändare: ${facts.sender}\n\n${where(facts)}\n\n${closing}\n`

const sms = (what: string, { sender, pagesUrl }: NoticeFacts): string =>
  `${what} Avsändare: ${sender}.${pagesUrl === null ? '' : ` Läs: ${pagesUrl}`}`

const unread = 'Du har ett meddelande i din elektroniska brevlåda som du inte har läst.'

export const sv: NoticeTexts = {
  noticeSubject: ({ sender }) => `Nytt meddelande i din elektroniska brevlåda: ${sender}`,
  noticeBody: (facts) => body('Du har fått ett nytt meddelande i din elektroniska brevlåda.', facts),
  noticeSms: (facts) => sms('Du har fått ett nytt meddelande i din elektroniska brevlåda.', facts),
  reminderSubject: ({ sender }) => `Påminnelse: oläst meddelande i din elektroniska brevlåda: ${sender}`,
  reminderBody: (facts) => body(unread, facts),
  reminderSms: (facts) => sms(`Påminnelse: ${unread}`, facts),
  reminderWord: 'Påminnelse',
  reminderSentence: unread,
}
