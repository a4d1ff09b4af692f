import { isForeignTo } from '../../message/index.js'
import { environmentIn, isOpen } from '../../registration/index.js'
import { citizenMessages, mailbox } from '../../store/index.js'
import type { Context } from '../context.js'
import type { MailOwner } from './owner.js'

export type Entry = mailbox.Entry
export type Thread = mailbox.Thread
export type Page = mailbox.Page

/** A part of a list; `next` is where the part after it begins, null after the last one. */
export interface Part<T> {
  readonly list: readonly T[]
  readonly next: string | null
}

/** An owner's threads, newest first. */
export async function listThreads({ db, sealer }: Context, owner: MailOwner, page: Page): Promise<Part<Thread>> {
  const found = await mailbox.listThreads(db, sealer, { ownerHash: owner.hash, page: oneMore(page) })
  return partOf(found, page, ({ newest }) => newest.messageId)
}

/** What an owner has received and written, newest first, and how much of it is unread; of one thread, or of all. */
export async function listMessages(
  { db, sealer }: Context,
  owner: MailOwner,
  { threadId, page }: { threadId: string | null; page: Page },
): Promise<Part<Entry> & { unread: number }> {
  const wanted = { ownerHash: owner.hash, threadId }
  const [found, unread] = await Promise.all([
    mailbox.listEntries(db, sealer, { ...wanted, page: oneMore(page) }),
    mailbox.countUnread(db, wanted),
  ])
  return { ...partOf(found, page, ({ messageId }) => messageId), unread }
}

/** One more than is shown tells whether more is there. */
const oneMore = ({ before, limit }: Page): Page => ({ before, limit: limit + 1 })

function partOf<T>(found: readonly T[], { limit }: Page, idOf: (one: T) => string): Part<T> {
  const list = found.slice(0, limit)
  return { list, next: found.length > limit ? idOf(list.at(-1)!) : null }
}

export type Addressee = citizenMessages.Addressee

/** Services that an owner may write to without having been written to. */
export async function listAddressees({ db, policy }: Context, owner: MailOwner): Promise<Addressee[]> {
  const id = owner.id.reveal()
  return (await citizenMessages.listAddressees(db)).filter(({ state }) => {
    const environment = environmentIn(state)
    const isServed = policy.environments === 'both' || policy.environments === environment
    return isOpen(state) && isServed && !isForeignTo(environment, id)
  })
}
