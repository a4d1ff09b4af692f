import { isFailure, noticeChannels, reminderAfter, states, type ReminderTimes } from '../../message/index.js'
import { accounts, letters, transitions, type Database, type Sealer } from '../../store/index.js'
import type { Channel } from '../channel.js'
import { schedules } from '../schedule.js'

export interface MailboxOptions {
  readonly db: Database
  readonly sealer: Sealer
  readonly times: ReminderTimes
}

/**
 * Puts messages into mailboxes of our own store: the message becomes visible, is announced, and its delivery ends, all
 * in one transaction. Exactly once (reliability.md §2).
 */
export function createMailboxChannel({ db, sealer, times }: MailboxOptions): Channel {
  return {
    name: 'mailbox',
    concurrency: 8,
    timeoutMs: 30_000,
    pausesMs: schedules.store,
    deliver: async (job) => {
      const letter = await letters.findLetter(db, sealer, job)
      if (letter === null) return { kind: 'dropped', code: 'MESSAGE_GONE' }
      if (isFailure(letter.state)) return { kind: 'dropped', code: 'MESSAGE_FAILED' }
      const hash = letter.recipientHash
      const account = (await accounts.accountStates(db, [hash])).get(hash.toString('hex'))
      // An account that was closed since keeps what was accepted for it.
      const channels = account === undefined ? [] : noticeChannels(account, letter.content.reveal())
      const { authorityId, serviceId } = letter
      return {
        kind: 'delivered',
        write: async (tx) => {
          const state = await transitions.lockMessage(tx, job)
          if (state === null || isFailure(state)) return
          // One that was printed first is 200 already, and is announced all the same: only now it is in the mailbox.
          await transitions.moveMessage(tx, job, states.visible, 'mailbox')
          await transitions.queueNotices(
            tx,
            { ...job, service: { authorityId, serviceId } },
            { channels, remindAfterMs: reminderAfter(letter, times) },
          )
        },
      }
    },
  }
}
