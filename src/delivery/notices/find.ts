import {
  emailAddressOf,
  isFailure,
  noticeChannels,
  phoneNumberOf,
  states,
  type NoticeChannel,
} from '../../message/index.js'
import { sensitive, type Sensitive } from '../../sensitive.js'
import { letters, mailboxOwners, type Database, type Sealer } from '../../store/index.js'
import type { Job, Outcome } from '../channel.js'
import type { Wording } from './texts.js'

export interface Notice {
  readonly to: Sensitive<string>
  readonly wording: Sensitive<Wording>
}

export interface NoticeSources {
  readonly db: Database
  readonly sealer: Sealer
  readonly pagesUrl: string | null
}

const NEWS_MS = 24 * 3_600_000

const dropped = (code: string): Outcome => ({ kind: 'dropped', code })

/**
 * Whom to tell and what of, or why nobody has to be told any more. Looked up when it leaves and not when it was queued:
 * wishes change, and messages are read.
 */
export async function findNotice(
  { db, sealer, pagesUrl }: NoticeSources,
  job: Job,
  way: NoticeChannel,
): Promise<{ readonly notice: Notice } | { readonly outcome: Outcome }> {
  const purpose = job.purpose === 'reminder' ? 'reminder' : 'notice'
  const letter = await letters.findLetter(db, sealer, job)
  if (letter === null) return { outcome: dropped('MESSAGE_GONE') }
  if (isFailure(letter.state)) return { outcome: dropped('MESSAGE_FAILED') }
  if (letter.state !== states.queued && letter.state !== states.visible) return { outcome: dropped('ALREADY_READ') }
  // A notice that waited for its provider is no news any more; a reminder was queued long before it is due.
  if (purpose === 'notice' && Date.now() - job.createdAt.getTime() > NEWS_MS) return { outcome: dropped('TOO_LATE') }
  const mailbox = await mailboxOwners.findMailbox(db, sealer, letter.recipientHash)
  if (mailbox === null) return { outcome: dropped('ACCOUNT_GONE') }
  const content = letter.content.reveal()
  const { email, phone } = mailbox.contact.reveal()
  const hasContact = email !== null || phone !== null
  if (!noticeChannels({ ...mailbox, hasContact }, content).includes(way)) return { outcome: dropped('NOT_WANTED') }
  const own = { email: mailbox.wantsEmail, sms: mailbox.wantsSms }[way]
  const written = own
    ? { email, sms: phone }[way]
    : { email: content.reachabilityEmail, sms: content.reachabilityPhone }[way]
  if (written === null) return { outcome: dropped('NO_ADDRESS') }
  const to = way === 'email' ? emailAddressOf(written) : phoneNumberOf(written)
  if (to === null) return { outcome: { kind: 'refused', code: 'ADDRESS_INVALID' } }
  const { authorityName, serviceName, settings } = letter
  const { language } = mailbox
  return {
    notice: {
      to: sensitive(to),
      wording: sensitive({ purpose, language, authorityName, serviceName, pagesUrl, content, settings }),
    },
  }
}
