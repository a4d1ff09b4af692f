/** What a citizen can do with a mailbox, one file for each act; the page that asks has authenticated whose it is. */
export { changeMailbox, getMailbox, openMailbox, type Mailbox, type MailboxChange } from './account.js'
export { MailboxError, type MailboxErrorCode } from './errors.js'
export type { WrittenFile } from './files.js'
export {
  listAddressees,
  listMessages,
  listThreads,
  type Addressee,
  type Entry,
  type Page,
  type Part,
  type Thread,
} from './lists.js'
export { mailOwner, type MailOwner } from './owner.js'
export { readAttachment, type ReadAttachment } from './read-attachment.js'
export { acknowledge, getHistory, openMessage, type ReceivedMessage, type SentMessage } from './read-message.js'
export { writeMessage, type WriteMessage, type WrittenMessage } from './write-message.js'
