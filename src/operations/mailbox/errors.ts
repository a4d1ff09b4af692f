import { SenderError } from '../../errors.js'

export type MailboxErrorCode =
  | 'MAILBOX_TOKEN_WRONG'
  | 'MAILBOX_OWNER_INVALID'
  | 'MAILBOX_REQUEST_INVALID'
  | 'MAILBOX_NOT_FOUND'
  | 'MAILBOX_CONTACT_MISSING'
  | 'MAILBOX_OWNER_NOT_SERVED'
  | 'MAILBOX_PASSIVE'
  | 'MAILBOX_ACKNOWLEDGEMENT_NEEDED'
  | 'MAILBOX_ACKNOWLEDGEMENT_NOT_ASKED'
  | 'MAILBOX_ATTACHMENT_INFECTED'
  | 'MAILBOX_SERVICE_UNKNOWN'
  | 'MAILBOX_SERVICE_CLOSED'
  | 'MAILBOX_OWNER_FOREIGN'
  | 'MAILBOX_REPLY_NOT_ALLOWED'
  | 'MAILBOX_AUTHORITY_UNREACHABLE'
  | 'MAILBOX_ATTACHMENT_INVALID'
  | 'MAILBOX_ATTACHMENT_TOO_LARGE'
  | 'MAILBOX_ATTACHMENT_TYPE'
  | 'MAILBOX_KEY_REUSED'

/** What the page that citizens read their mail with is told; it says nothing about people. */
export class MailboxError extends SenderError<MailboxErrorCode> {}

/** What is not there and what is somebody else's are the same. */
export const notFound = (): MailboxError => new MailboxError('MAILBOX_NOT_FOUND', 'There is nothing of this kind here')
