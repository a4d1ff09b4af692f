/** What a notification may tell: who has sent something, and where it is read. Nothing of the message itself. */
export interface NoticeFacts {
  /** authority and service, by the names that they are registered with */
  readonly sender: string
  /** address of the pages where mail is read; null when there is none to name */
  readonly pagesUrl: string | null
}

/** Our own texts in one language; lines of a body are short enough for every mail program. */
export interface NoticeTexts {
  readonly noticeSubject: (facts: NoticeFacts) => string
  readonly noticeBody: (facts: NoticeFacts) => string
  readonly noticeSms: (facts: NoticeFacts) => string
  readonly reminderSubject: (facts: NoticeFacts) => string
  readonly reminderBody: (facts: NoticeFacts) => string
  readonly reminderSms: (facts: NoticeFacts) => string
  /** stands before the authority's own words when they are sent as a reminder */
  readonly reminderWord: string
  readonly reminderSentence: string
}
