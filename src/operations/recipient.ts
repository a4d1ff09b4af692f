import {
  faultOfItem,
  faultOfRecipient,
  MASS_FROM,
  priorities,
  type Channel,
  type Item,
  type ItemOutcome,
  type NoticeWishes,
  type Recipient,
} from '../message/index.js'
import { environmentIn } from '../registration/index.js'
import { accounts, messages, type Tx } from '../store/index.js'
import { policyOf, type Context, type OperationPolicy, type Submitted } from './context.js'
import { keyOf, type PreparedItem } from './store-item.js'

/** One recipient of one item, with what has to be known of them before anything is stored. */
export interface Addressee {
  readonly recipient: Recipient
  readonly hash: Buffer
  readonly hasMailbox: boolean
  readonly wishes: NoticeWishes
  /** what is wrong with the item or the recipient's id whatever else is true; null when nothing is */
  readonly fault: ItemOutcome | null
}

/** A letter of its own overtakes a mass mailing. */
export const priorityOf = (items: readonly Item[]): number =>
  items.reduce((count, { recipients }) => count + recipients.length, 0) >= MASS_FROM
    ? priorities.mass
    : priorities.single

/** Looks every recipient of a request up at once. */
export async function addresseesOf(
  tx: Tx,
  context: Context,
  items: readonly PreparedItem[],
  { service }: Submitted,
): Promise<Addressee[][]> {
  const { sealer } = context
  const policy = policyOf(context, service)
  const environment = environmentIn(service.state)
  const found = items.map(({ item, files }) => {
    const types = files.map(({ mediaType }) => mediaType)
    const fault = faultOfItem(item, types, policy)
    return item.recipients.map((sealed) => {
      const recipient = sealed.reveal()
      return { recipient, hash: sealer.hashId(recipient.id), fault: fault ?? faultOfRecipient(recipient, environment) }
    })
  })
  const states = await accounts.accountStates(
    tx,
    found.flat().map(({ hash }) => hash),
  )
  return found.map((recipients) =>
    recipients.map((one) => {
      const account = states.get(one.hash.toString('hex'))
      return { ...one, hasMailbox: account?.state === 'active', wishes: account ?? NO_WISHES }
    }),
  )
}

const NO_WISHES: NoticeWishes = { wantsEmail: false, wantsSms: false, hasContact: false }

export type Thread = { readonly threadId: string; readonly messageId: string }

/** The thread a message joins: null for none, 'unknown' when its reference means nothing of this recipient (§9.2). */
export async function threadOf(
  tx: Tx,
  item: Item,
  addressee: Addressee,
  submitted: Submitted,
  { unknownThread }: OperationPolicy,
): Promise<Thread | null | 'unknown'> {
  if (item.inReplyTo === null) return null
  const { kind, id } = item.inReplyTo
  const thread =
    kind === 'unknown'
      ? null
      : await messages.findThread(tx, { kind, id, service: keyOf(submitted), recipientHash: addressee.hash })
  return thread ?? (unknownThread === 'ignore' ? null : 'unknown')
}

/** What a message needs besides its item and recipient. */
export interface Wishes {
  readonly thread: Thread | null
  readonly channels: readonly Extract<Channel, 'mailbox' | 'print'>[]
  readonly priority: number
  readonly visibleAtOnce: boolean
}
