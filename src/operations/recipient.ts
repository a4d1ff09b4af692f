import { uuidv7 } from 'uuidv7'
import { faultOfItem, faultOfRecipient, type Item, type ItemOutcome, type Recipient } from '../message/index.js'
import { accounts, messages, type Sealer, type Tx } from '../store/index.js'
import type { OperationPolicy, Submitted } from './context.js'
import { keyOf, storeMessage, type PreparedItem } from './store-item.js'

/** One recipient of one item, with what has to be known of them before anything is stored. */
export interface Addressee {
  readonly recipient: Recipient
  readonly hash: Buffer
  readonly hasMailbox: boolean
  /** what is wrong with the item or the recipient's id whatever else is true; null when nothing is */
  readonly fault: ItemOutcome | null
}

/** Looks every recipient of a request up at once. */
export async function addresseesOf(
  tx: Tx,
  sealer: Sealer,
  items: readonly Item[],
  policy: OperationPolicy,
): Promise<Addressee[][]> {
  const found = items.map((item) => {
    const fault = faultOfItem(item, policy)
    return item.recipients.map((sealed) => {
      const recipient = sealed.reveal()
      return { recipient, hash: sealer.hashId(recipient.id), fault: fault ?? faultOfRecipient(recipient) }
    })
  })
  const states = await accounts.accountStates(
    tx,
    found.flat().map(({ hash }) => hash),
  )
  return found.map((recipients) =>
    recipients.map((one) => ({ ...one, hasMailbox: states.get(one.hash.toString('hex'))?.state === 'active' })),
  )
}

export type Thread = { readonly threadId: string; readonly messageId: string }

/** The thread a message joins: null for none, 'unknown' when its reference means nothing of this recipient (§9.2). */
export async function threadOf(
  tx: Tx,
  item: Item,
  addressee: Addressee,
  submitted: Submitted,
  policy: OperationPolicy,
): Promise<Thread | null | 'unknown'> {
  if (item.inReplyTo === null) return null
  const { kind, id } = item.inReplyTo
  const thread =
    kind === 'unknown'
      ? null
      : await messages.findThread(tx, { kind, id, service: keyOf(submitted), recipientHash: addressee.hash })
  return thread ?? (policy.unknownViittaus === 'ignore' ? null : 'unknown')
}

/** The duplicate that an item is of an earlier one; null when there is none. */
export async function duplicateOf(
  tx: Tx,
  prepared: PreparedItem,
  addressee: Addressee,
  submitted: Submitted,
): Promise<ItemOutcome | null> {
  const { reference } = prepared.item
  if (reference === null) return null
  const stored = await messages.findClaim(tx, {
    bucket: prepared.bucket,
    service: keyOf(submitted),
    reference,
    recipientHash: addressee.hash,
  })
  return stored && { kind: 'duplicate', sameContent: stored.equals(prepared.contentSha256) }
}

/** What a message needs besides its item and recipient. */
export interface Wishes {
  readonly thread: Thread | null
  readonly channels: readonly ('mailbox' | 'print')[]
  readonly visibleAtOnce: boolean
}

/** Claims the reference for a recipient and stores the message, or tells that somebody was first. */
export async function storeFor(
  tx: Tx,
  sealer: Sealer,
  { prepared, addressee, submitted }: { prepared: PreparedItem; addressee: Addressee; submitted: Submitted },
  wishes: Wishes,
): Promise<ItemOutcome> {
  const id = uuidv7()
  if (!(await claim(tx, prepared, addressee, id, submitted))) {
    return (await duplicateOf(tx, prepared, addressee, submitted)) ?? { kind: 'duplicate', sameContent: true }
  }
  const { recipient, hash: recipientHash } = addressee
  const number = await storeMessage(tx, sealer, { prepared, id, recipient, recipientHash, ...wishes })
  return { kind: wishes.visibleAtOnce ? 'stored' : 'queued', number }
}

/** Claims the reference of an item for a recipient; an item without a reference cannot be a duplicate (clients.md R22). */
async function claim(
  tx: Tx,
  prepared: PreparedItem,
  addressee: Addressee,
  messageId: string,
  submitted: Submitted,
): Promise<boolean> {
  const { reference } = prepared.item
  if (reference === null) return true
  const { bucket, contentSha256 } = prepared
  return messages.claimReference(tx, {
    bucket,
    service: keyOf(submitted),
    reference,
    recipientHash: addressee.hash,
    messageId,
    contentSha256,
  })
}
