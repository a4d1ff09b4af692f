import type { ItemContent } from './types.js'

/** How the owner of a mailbox wants to hear of mail. */
export interface NoticeWishes {
  readonly wantsEmail: boolean
  readonly wantsSms: boolean
  /** whether an address or a number of the owner's own is known */
  readonly hasContact: boolean
}

/** Languages that a mailbox may be read in. */
export const languages = ['fi', 'sv', 'en'] as const
export type Language = (typeof languages)[number]

/** Ways to tell that there is mail. */
export type NoticeChannel = 'email' | 'sms'

/**
 * The owner's own wishes decide. What an authority knows of somebody serves only where the owner has said nothing
 * (its meaning is unknown, viranomaispalvelut.md §13; this is our choice).
 */
export function noticeChannels(
  { wantsEmail, wantsSms, hasContact }: NoticeWishes,
  { reachabilityEmail, reachabilityPhone }: Pick<ItemContent, 'reachabilityEmail' | 'reachabilityPhone'>,
): NoticeChannel[] {
  const email = wantsEmail || (!hasContact && reachabilityEmail !== null)
  const sms = wantsSms || (!hasContact && reachabilityPhone !== null)
  return [...(email ? (['email'] as const) : []), ...(sms ? (['sms'] as const) : [])]
}

/** Notification-type messages bring no reminder (viranomaispalvelut.md §9.4). */
const NOTIFICATION_KIND = 2

export interface ReminderTimes {
  readonly reminderAfterMs: number
  readonly verifiableReminderAfterMs: number
  /** divides both, for trying things out */
  readonly deliveryPauseDivisor: number
}

/** When a reminder of an unread message is due, in milliseconds after it became visible; null: never. */
export function reminderAfter(
  { messageKind, requiresAcknowledgement }: { messageKind: number | null; requiresAcknowledgement: boolean },
  times: ReminderTimes,
): number | null {
  if (messageKind === NOTIFICATION_KIND) return null
  const after = requiresAcknowledgement ? times.verifiableReminderAfterMs : times.reminderAfterMs
  return after / times.deliveryPauseDivisor
}
