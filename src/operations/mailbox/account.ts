import { identityClassOf } from '../../message/index.js'
import { accounts, audit, mailboxOwners, type Tx } from '../../store/index.js'
import type { Context } from '../context.js'
import { MailboxError, notFound } from './errors.js'
import { idTypeOf, type MailOwner } from './owner.js'

export type Mailbox = mailboxOwners.Mailbox
export type MailboxChange = mailboxOwners.MailboxWishes & mailboxOwners.Contact

/** Who acts, for the audit: the page acts for the owner, and only it can. */
const ACTOR = 'mailbox-api'

/** @throws MailboxError MAILBOX_NOT_FOUND */
export async function getMailbox({ db, sealer }: Context, owner: MailOwner): Promise<Mailbox> {
  const mailbox = await mailboxOwners.findMailbox(db, sealer, owner.hash)
  if (mailbox === null) throw notFound()
  return mailbox
}

/**
 * Opens a mailbox; one that exists stays as it is.
 * @throws MailboxError MAILBOX_OWNER_INVALID, MAILBOX_OWNER_NOT_SERVED
 */
export async function openMailbox(context: Context, owner: MailOwner): Promise<{ mailbox: Mailbox; isNew: boolean }> {
  const { db, sealer, policy } = context
  const id = owner.id.reveal()
  const whose = identityClassOf(id)
  if (whose === 'neither') throw new MailboxError('MAILBOX_OWNER_INVALID', 'The owner has no id of a known form')
  const environment = whose === 'real' ? 'production' : 'test'
  if (policy.environments !== 'both' && policy.environments !== environment)
    throw new MailboxError('MAILBOX_OWNER_NOT_SERVED', `This installation serves ${policy.environments} only`)
  const isNew = await db.withTransaction(async (tx) => {
    if (await accounts.openAccount(tx, sealer, { owner: id, idType: idTypeOf(owner), state: 'active' })) {
      await note(tx, owner, { before: null, state: 'active' })
      return true
    }
    return false
  })
  return { mailbox: await getMailbox(context, owner), isNew }
}

/**
 * Writes all that an owner decides about a mailbox.
 * @throws MailboxError MAILBOX_NOT_FOUND, MAILBOX_CONTACT_MISSING
 */
export async function changeMailbox(context: Context, owner: MailOwner, change: MailboxChange): Promise<Mailbox> {
  const { db, sealer } = context
  if ((change.wantsEmail && change.email === null) || (change.wantsSms && change.phone === null))
    throw new MailboxError('MAILBOX_CONTACT_MISSING', 'Notifications are wanted, and there is nowhere to send them')
  await db.withTransaction(async (tx) => {
    const before = await mailboxOwners.findMailbox(tx, sealer, owner.hash)
    if (before === null || !(await mailboxOwners.changeMailbox(tx, sealer, owner.hash, change))) throw notFound()
    if (before.state !== change.state) await note(tx, owner, { before: before.state, state: change.state })
  })
  return getMailbox(context, owner)
}

const note = (tx: Tx, { hash }: MailOwner, states: { before: string | null; state: string }): Promise<void> =>
  audit.insertAudit(tx, { actor: ACTOR, act: 'account.put', subject: { ownerHash: hash.toString('hex'), ...states } })
