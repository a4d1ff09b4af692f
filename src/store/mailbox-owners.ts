import type { Language } from '../message/index.js'
import { sealedValue, type Sensitive } from '../sensitive.js'
import type { AccountState } from './accounts.js'
import type { Queryable } from './database.js'
import type { Sealer } from './sealing.js'

/** How the owner of a mailbox can be reached, as the owner has said. */
export interface Contact {
  readonly email: string | null
  /** E.164 */
  readonly phone: string | null
}

export interface MailboxWishes {
  readonly state: AccountState
  readonly language: Language
  readonly wantsEmail: boolean
  readonly wantsSms: boolean
}

/** A mailbox as its owner sees it. */
export interface Mailbox extends MailboxWishes {
  readonly contact: Sensitive<Contact>
  readonly joinedAt: Date
  readonly stateAt: Date
}

const PURPOSE = 'account.contact'
const NO_CONTACT: Contact = { email: null, phone: null }

export async function findMailbox(db: Queryable, sealer: Sealer, ownerHash: Buffer): Promise<Mailbox | null> {
  const { rows } = await db.query<Omit<Mailbox, 'contact'> & { sealed_contact: Buffer | null }>(
    `select state, language, wants_email as "wantsEmail", wants_sms as "wantsSms", sealed_contact, joined_at as "joinedAt",
       state_at as "stateAt" from account where owner_hash = $1`,
    [ownerHash],
  )
  if (rows[0] === undefined) return null
  const { sealed_contact: sealed, ...row } = rows[0]
  const contact = sealedValue(() =>
    sealed === null ? NO_CONTACT : (JSON.parse(sealer.open(sealed, PURPOSE).toString('utf8')) as Contact),
  )
  return { ...row, contact }
}

/** Writes all that an owner decides about a mailbox. @returns false when there is none */
export async function changeMailbox(
  db: Queryable,
  sealer: Sealer,
  ownerHash: Buffer,
  { state, language, wantsEmail, wantsSms, email, phone }: MailboxWishes & Contact,
): Promise<boolean> {
  const isKnown = email !== null || phone !== null
  const contact: Contact = { email, phone }
  const { rowCount } = await db.query(
    `update account set state_at = case when state = $2 then state_at else now() end, state = $2, language = $3,
       wants_email = $4, wants_sms = $5, sealed_contact = $6 where owner_hash = $1`,
    [ownerHash, state, language, wantsEmail, wantsSms, isKnown ? sealer.seal(JSON.stringify(contact), PURPOSE) : null],
  )
  return rowCount === 1
}
