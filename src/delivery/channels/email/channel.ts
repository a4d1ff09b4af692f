import type { Sensitive } from '../../../sensitive.js'
import { caught, type Database, type Sealer } from '../../../store/index.js'
import type { Channel, Job, Outcome } from '../../channel.js'
import { findNotice } from '../../notices/find.js'
import { emailTexts } from '../../notices/texts.js'
import { schedules } from '../../schedule.js'
import { citizenMail, type FindCitizenMail } from './citizen-mail.js'
import { kept, type Mail } from './mail.js'
import { createMailServer } from './server.js'

export interface EmailOptions {
  readonly db: Database
  readonly sealer: Sealer
  readonly smtpUrl?: Sensitive<string> | undefined
  readonly testSmtpUrl?: Sensitive<string> | undefined
  /** `Name <address>`, or an address */
  readonly mailFrom: string
  readonly mailboxPagesUrl?: string | undefined
  /** null: nobody writes to authorities here */
  readonly findCitizenMail: FindCitizenMail
  /** certificates to believe in place of the system's, PEM */
  readonly ca?: string
}

const HOUR_MS = 3_600_000

/**
 * E-mail: notices and reminders to recipients, which tell that there is a message and nothing of it; and what citizens
 * write, to authorities without a return channel. At least once, with the same Message-ID in each attempt.
 */
export function createEmailChannel(options: EmailOptions): Channel {
  const { db, sealer, ca } = options
  const production = serverAt(options.smtpUrl, { isProduction: true, ca })
  const test = serverAt(options.testSmtpUrl, { isProduction: false, ca })
  const sources = { db, sealer, pagesUrl: options.mailboxPagesUrl ?? null }

  const mailOf = async (job: Job): Promise<Mail | Outcome> => {
    if (job.purpose === 'citizen-message') return citizenMail(db, options.findCitizenMail, job)
    const found = await findNotice(sources, job, 'email')
    if ('outcome' in found) return found.outcome
    const { subject, body } = emailTexts(found.notice.wording.reveal())
    return { to: found.notice.to.reveal(), subject, text: body, files: [] }
  }

  return {
    name: 'email',
    concurrency: 8,
    timeoutMs: 120_000,
    pausesMs: schedules.notice,
    deliver: async (job, signal) => {
      signal.throwIfAborted()
      const mail = await mailOf(job)
      if ('kind' in mail) return mail
      const isTest = job.environment === 'test'
      const server = isTest ? test : production
      if (server !== null) return server.send(mail, { from: options.mailFrom, id: job.id }, signal)
      if (!isTest) return { kind: 'waiting', code: 'SMTP_NOT_CONFIGURED', retryAfterMs: HOUR_MS }
      return {
        kind: 'delivered',
        write: (tx) => caught.insertCaught(tx, sealer, job, kept(mail)),
        detail: { caught: true },
      }
    },
  }
}

const serverAt = (url: Sensitive<string> | undefined, options: Parameters<typeof createMailServer>[1]) =>
  url === undefined ? null : createMailServer(url.reveal(), options)
