import type { NoticeFacts, NoticeTexts } from './catalogue.js'

const where = ({ pagesUrl }: NoticeFacts): string =>
  pagesUrl === null ? 'Lue viesti kirjautumalla asiointitilille.' : `Lue viesti asiointitilillä:\n${pagesUrl}`

const closing = `Viestin sisältöä ei lähetetä sähköpostissa. Tämä ilmoitus on lähetetty
automaattisesti, eikä siihen voi vastata.`

const body = (what: string, facts: NoticeFacts): string =>
  `Hei\n\n${what}\n\nLähettäjä: ${facts.sender}\n\n${where(facts)}\n\n${closing}\n`

const sms = (what: string, { sender, pagesUrl }: NoticeFacts): string =>
  `${what} Lähettäjä: ${sender}.${pagesUrl === null ? '' : ` Lue: ${pagesUrl}`}`

const unread = 'Asiointitililläsi on viesti, jota et ole vielä lukenut.'

export const fi: NoticeTexts = {
  noticeSubject: ({ sender }) => `Uusi viesti asiointitilillä: ${sender}`,
  noticeBody: (facts) => body('Asiointitilillesi on tullut uusi viesti.', facts),
  noticeSms: (facts) => sms('Asiointitilillesi on tullut uusi viesti.', facts),
  reminderSubject: ({ sender }) => `Muistutus: lukematon viesti asiointitilillä: ${sender}`,
  reminderBody: (facts) => body(unread, facts),
  reminderSms: (facts) => sms(`Muistutus: ${unread}`, facts),
  reminderWord: 'Muistutus',
  reminderSentence: unread,
}
