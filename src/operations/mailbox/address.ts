import { isForeignTo } from '../../message/index.js'
import { environmentIn, isOpen, type Environment } from '../../registration/index.js'
import { letters, services, type Tx } from '../../store/index.js'
import type { Service } from '../caller.js'
import type { Context } from '../context.js'
import { MailboxError } from './errors.js'
import { findEntry, isWithheld } from './read-message.js'
import type { MailOwner } from './owner.js'

/** What a citizen writes to: a message, by its id, or a service. */
export type WrittenTo =
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'service'; readonly authorityId: string; readonly serviceId: string }

/** Where a citizen's message goes, and how. */
export interface Address {
  readonly service: Service
  readonly environment: Environment
  readonly channel: 'return-channel' | 'email'
  /** what the item replied to named for answers */
  readonly authorityEmail: string | null
  readonly answers: { readonly threadId: string; readonly messageId: string } | null
}

/**
 * Finds the way to the authority, before anything is stored.
 * @throws MailboxError MAILBOX_NOT_FOUND, MAILBOX_ACKNOWLEDGEMENT_NEEDED, MAILBOX_SERVICE_UNKNOWN, MAILBOX_SERVICE_CLOSED,
 *   MAILBOX_OWNER_FOREIGN, MAILBOX_REPLY_NOT_ALLOWED, MAILBOX_AUTHORITY_UNREACHABLE
 */
export async function addressOf(tx: Tx, context: Context, owner: MailOwner, to: WrittenTo): Promise<Address> {
  const answered = to.kind === 'message' ? await answeredMessage(tx, context, owner, to.id) : null
  const { authorityId, serviceId } = answered ?? (to as Extract<WrittenTo, { kind: 'service' }>)
  const service = (await services.servicesOf(tx, authorityId)).find(({ id }) => id === serviceId)
  if (service === undefined) throw new MailboxError('MAILBOX_SERVICE_UNKNOWN', 'There is no such service')
  const { state, settings } = service
  const environment = environmentIn(state)
  if (!isOpen(state) || (context.policy.environments !== 'both' && context.policy.environments !== environment))
    throw new MailboxError('MAILBOX_SERVICE_CLOSED', 'The service takes no messages here now')
  // The side is the service's of today: it may have moved since it wrote.
  if (isForeignTo(environment, owner.id.reveal()))
    throw new MailboxError(
      'MAILBOX_OWNER_FOREIGN',
      'Artificial persons write to test services, real ones to the others',
    )
  if ((answered === null ? settings.newMessagesAllowed : settings.replyAllowed) !== true)
    throw new MailboxError('MAILBOX_REPLY_NOT_ALLOWED', 'The service does not take messages of this kind')
  const authorityEmail = plainAddress(answered?.authorityEmail)
  const hasEmail = settings.replyEmail !== undefined || authorityEmail !== null
  if (settings.returnChannel === undefined && !hasEmail)
    throw new MailboxError('MAILBOX_AUTHORITY_UNREACHABLE', 'The service has no return channel and no e-mail address')
  return {
    ...{ service, environment, authorityEmail, answers: answered },
    channel: settings.returnChannel === undefined ? 'email' : 'return-channel',
  }
}

async function answeredMessage(tx: Tx, context: Context, owner: MailOwner, id: string) {
  const entry = await findEntry({ ...context, db: tx }, owner, id)
  const letter = entry.kind === 'received' ? await letters.findLetter(tx, context.sealer, entry) : null
  // What the owner wrote is answered by the authority only.
  if (letter === null) throw new MailboxError('MAILBOX_REPLY_NOT_ALLOWED', 'Only received messages can be answered')
  if (isWithheld(entry))
    throw new MailboxError('MAILBOX_ACKNOWLEDGEMENT_NEEDED', 'The message has to be acknowledged first')
  const { threadId, messageId, authorityId, serviceId } = entry
  return { threadId, messageId, authorityId, serviceId, authorityEmail: letter.content.reveal().authorityEmail }
}

/** Authorities' own words: what does not look like one plain address is none. */
function plainAddress(written: string | null | undefined): string | null {
  const text = written?.trim() ?? ''
  return /^[^\s@<>(),:;"\\]{1,64}@[^\s@<>(),:;"\\]+\.[^\s@<>(),:;"\\]+$/.test(text) && text.length <= 254 ? text : null
}
