import type { NoticeFacts, NoticeTexts } from './catalogue.js'

const where = ({ pagesUrl }: NoticeFacts): string =>
  pagesUrl === null
    ? 'Log in to your electronic mailbox to read the message.'
    : `Read the message in your electronic mailbox:\n${pagesUrl}`

const closing = `The content of messages is never sent by e-mail. This notification was sent
automatically and cannot be answered.`

const body = (what: string, facts: NoticeFacts): string =>
  `Hello,\n\n${what}\n\nSender: ${facts.sender}\n\n${where(facts)}\n\n${closing}\n`

const sms = (what: string, { sender, pagesUrl }: NoticeFacts): string =>
  `${what} Sender: ${sender}.${pagesUrl === null ? '' : ` Read: ${pagesUrl}`}`

const unread = 'There is a message in your electronic mailbox that you have not read yet.'

export const en: NoticeTexts = {
  noticeSubject: ({ sender }) => `New message in your electronic mailbox: ${sender}`,
  noticeBody: (facts) => body('A new message has arrived in your electronic mailbox.', facts),
  noticeSms: (facts) => sms('A new message has arrived in your electronic mailbox.', facts),
  reminderSubject: ({ sender }) => `Reminder: unread message in your electronic mailbox: ${sender}`,
  reminderBody: (facts) => body(unread, facts),
  reminderSms: (facts) => sms(`Reminder: ${unread}`, facts),
  reminderWord: 'Reminder',
  reminderSentence: unread,
}
