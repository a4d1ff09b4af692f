/** Ways that something leaves by. */
export const channels = ['mailbox', 'print', 'email', 'sms', 'return-channel'] as const
export type Channel = (typeof channels)[number]

/**
 * What leaves. message: an item for its recipient. notice, reminder: that there is one, or that it is still unread.
 * state: a state of it, for its authority. citizen-message: what a citizen wrote, for the authority.
 */
export type Purpose = 'message' | 'notice' | 'reminder' | 'state' | 'citizen-message'

/**
 * ready: may be taken now. scheduled: not yet. leased: in the hands of a worker. delivered: done. dead: given up, an
 * operator decides. cancelled: not needed any more.
 */
export type DeliveryState = 'ready' | 'scheduled' | 'leased' | 'delivered' | 'dead' | 'cancelled'

/**
 * What came of one attempt. delivered: it is there. dropped: nothing had to leave any more. refused: it never will be
 * taken like this. unreachable: nobody knows, or not now; tried again. waiting: something of ours is not ready yet, and
 * the attempt counts for nothing.
 */
export type AttemptOutcome = 'delivered' | 'dropped' | 'refused' | 'unreachable' | 'waiting'

/** A letter of its own overtakes a mass mailing. */
export const priorities = { single: 10, mass: 0 } as const

/** More recipients than this in one request are a mass mailing. */
export const MASS_FROM = 20
