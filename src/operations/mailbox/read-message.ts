import { states, type StateCode } from '../../message/index.js'
import { citizenMessages, letters, mailbox, transitions, type MessageKey, type Queryable } from '../../store/index.js'
import type { Context } from '../context.js'
import { MailboxError, notFound } from './errors.js'
import type { Entry } from './lists.js'
import type { MailOwner } from './owner.js'

/** Which part of the gateway says so, in the history. */
const SOURCE = 'mailbox'

export interface ReceivedMessage {
  readonly kind: 'received'
  readonly entry: Entry
  readonly letter: letters.Letter
  /** how many of the letter's files are for its reader */
  readonly readableFiles: number
  /** body and attachments wait for the acknowledgement */
  readonly isWithheld: boolean
}

export interface SentMessage {
  readonly kind: 'sent'
  readonly entry: Entry
  readonly message: citizenMessages.CitizenMessage
}

/** @throws MailboxError MAILBOX_NOT_FOUND */
export async function findEntry(
  { db, sealer }: Pick<Context, 'sealer'> & { readonly db: Queryable },
  owner: MailOwner,
  id: string,
): Promise<Entry> {
  const entry = await mailbox.findEntry(db, sealer, { ownerHash: owner.hash, id })
  if (entry === null) throw notFound()
  return entry
}

/** Whether a message has to be acknowledged before its body and attachments open. */
export const isWithheld = ({
  requiresAcknowledgement,
  state,
}: Pick<Entry, 'requiresAcknowledgement' | 'state'>): boolean =>
  requiresAcknowledgement && state !== states.acknowledged

/**
 * Opens a message: from then on it is read. One that has to be acknowledged stays as it is, and shows who sent it and
 * its title only.
 * @throws MailboxError MAILBOX_NOT_FOUND
 */
export async function openMessage(
  context: Context,
  owner: MailOwner,
  id: string,
): Promise<ReceivedMessage | SentMessage> {
  const entry = await findEntry(context, owner, id)
  return entry.kind === 'sent' ? sent(context, entry) : received(context, await read(context, entry))
}

/** Notes that a message was read, unless it was before, or has to be acknowledged first. */
export async function read(context: Context, entry: Entry): Promise<Entry> {
  if (entry.state !== states.visible || isWithheld(entry)) return entry
  await move(context, entry, states.read)
  return { ...entry, state: states.read }
}

/**
 * Acknowledges the receipt of a message, which opens it; a second time changes nothing.
 * @throws MailboxError MAILBOX_NOT_FOUND, MAILBOX_ACKNOWLEDGEMENT_NOT_ASKED
 */
export async function acknowledge(context: Context, owner: MailOwner, id: string): Promise<ReceivedMessage> {
  const entry = await findEntry(context, owner, id)
  if (!entry.requiresAcknowledgement)
    throw new MailboxError('MAILBOX_ACKNOWLEDGEMENT_NOT_ASKED', 'The message asks for no acknowledgement')
  if (entry.state !== states.acknowledged) await move(context, entry, states.acknowledged)
  return received(context, { ...entry, state: states.acknowledged })
}

async function move({ db, ring }: Context, { bucket, messageId }: MessageKey, state: StateCode): Promise<void> {
  const key = { bucket, messageId }
  // Of any number that come at once one moves it; the others find it moved.
  if (await db.withTransaction((tx) => transitions.moveMessage(tx, key, state, SOURCE))) ring()
}

async function received({ db, sealer }: Context, entry: Entry): Promise<ReceivedMessage> {
  const letter = await letters.findLetter(db, sealer, entry)
  if (letter === null) throw notFound()
  const readableFiles = mailbox.readableFiles(letter.content.reveal())
  return { kind: 'received', entry, letter, readableFiles, isWithheld: isWithheld(entry) }
}

async function sent({ db, sealer }: Context, entry: Entry): Promise<SentMessage> {
  const message = await citizenMessages.findCitizenMessage(db, sealer, entry)
  if (message === null) throw notFound()
  return { kind: 'sent', entry, message }
}

/**
 * The states that a received message has had, first to last; a sent one has none.
 * @throws MailboxError MAILBOX_NOT_FOUND
 */
export async function getHistory(
  context: Context,
  owner: MailOwner,
  id: string,
): Promise<{ state: StateCode; at: Date }[]> {
  const entry = await findEntry(context, owner, id)
  return mailbox.historyOf(context.db, entry)
}
