import type { Sensitive } from '../../../sensitive.js'
import { caught, earlierAttempts, type Database, type Sealer } from '../../../store/index.js'
import type { Channel } from '../../channel.js'
import { findNotice } from '../../notices/find.js'
import { smsText } from '../../notices/texts.js'
import { schedules } from '../../schedule.js'
import { createSinchProvider } from './sinch.js'

export interface SmsOptions {
  readonly db: Database
  readonly sealer: Sealer
  readonly smsUrl?: string | undefined
  readonly smsToken?: Sensitive<string> | undefined
  readonly smsSender: string
  readonly mailboxPagesUrl?: string | undefined
}

const HOUR_MS = 3_600_000

/**
 * Notices and reminders by SMS. Each attempt calls the provider once. Before any attempt that is not certainly the first
 * the provider is asked whether it has taken the SMS already, and when it cannot be asked nothing is sent: an SMS comes
 * twice only if the provider does not know by then what it took (docs/notifications.md).
 */
export function createSmsChannel(options: SmsOptions): Channel {
  const { db, sealer, smsUrl: url, smsToken: token, smsSender: sender } = options
  const provider = url === undefined ? null : createSinchProvider({ url, token, sender })
  const sources = { db, sealer, pagesUrl: options.mailboxPagesUrl ?? null }
  return {
    name: 'sms',
    concurrency: 8,
    timeoutMs: 30_000,
    pausesMs: schedules.notice,
    deliver: async (job, signal) => {
      signal.throwIfAborted()
      const found = await findNotice(sources, job, 'sms')
      if ('outcome' in found) return found.outcome
      const to = found.notice.to.reveal()
      const text = smsText(found.notice.wording.reveal())
      if (job.environment === 'test')
        return {
          kind: 'delivered',
          write: (tx) => caught.insertCaught(tx, sealer, job, { to, subject: null, text, attachments: [] }),
          detail: { caught: true },
        }
      if (provider === null) return { kind: 'waiting', code: 'SMS_NOT_CONFIGURED', retryAfterMs: HOUR_MS }
      if (await earlierAttempts.mayHaveLeft(db, job)) {
        const before = await provider.find(job.id, job.createdAt, signal)
        if (before === 'taken') return { kind: 'delivered', detail: { found: true } }
        if (before !== 'unknown' && before.kind !== 'taken') return before
      }
      const answer = await provider.send({ to, text, reference: job.id }, signal)
      return answer.kind === 'taken' ? { kind: 'delivered', detail: answer.detail } : answer
    },
  }
}
