import { emailAddressOf } from '../../../message/index.js'
import type { ServiceSettings } from '../../../registration/index.js'
import type { Sensitive } from '../../../sensitive.js'
import { attachments, type Database, type letters } from '../../../store/index.js'
import type { Job, Outcome } from '../../channel.js'
import { oneLine, severalLines, shortened } from '../../notices/plain-text.js'
import type { Mail, MailFile } from './mail.js'

/** What a citizen has written, as far as an e-mail tells it to the authority: a part of what store has of it. */
export interface CitizenMail {
  readonly bucket: number
  /** AsiointitiliTunniste */
  readonly number: string
  readonly serviceName: string
  readonly settings: Pick<ServiceSettings, 'replyEmail'>
  readonly sender: Sensitive<{
    readonly name: string | null
    readonly email: string | null
    readonly phone: string | null
  }>
  readonly content: Sensitive<{
    readonly title: string
    readonly body: string
    /** in the order of `files` */
    readonly attachments: readonly { readonly name: string }[]
    /** the address that the item replied to named for answers */
    readonly authorityEmail: string | null
  }>
  /** the item that it answers, by the gateway's number and the authority's own reference */
  readonly answers: { readonly number: string; readonly reference: string | null } | null
  readonly createdAt: Date
  readonly files: readonly Pick<letters.LetterFile, 'id' | 'mediaType' | 'sizeBytes' | 'sha256'>[]
}

/** Finds it by the delivery's bucket and message id; null when it is gone. */
export type FindCitizenMail = (key: Pick<Job, 'bucket' | 'messageId'>) => Promise<CitizenMail | null>

/**
 * The mail to the authority. Title, text and files are sent, for they are written to it. The identity code of who has
 * written is not: it has no place in an e-mail. The authority knows whom it sent the item that is answered.
 */
export async function citizenMail(db: Database, find: FindCitizenMail, job: Job): Promise<Mail | Outcome> {
  const message = await find(job)
  if (message === null) return { kind: 'dropped', code: 'MESSAGE_GONE' }
  const { title, body, authorityEmail } = message.content.reveal()
  const written = message.settings.replyEmail ?? authorityEmail
  if (written === null) return { kind: 'refused', code: 'NO_ADDRESS' }
  const to = emailAddressOf(written)
  if (to === null) return { kind: 'refused', code: 'ADDRESS_INVALID' }
  const { name, email, phone } = message.sender.reveal()
  const facts = [
    ['Palvelu', message.serviceName],
    ['AsiointitiliTunniste', message.number],
    ['Lähetetty', message.createdAt.toISOString()],
    ['Lähettäjä', name],
    ['Sähköposti', email],
    ['Puhelin', phone],
    ['Vastaa kohteeseen, AsiointitiliTunniste', message.answers?.number],
    ['Vastaa kohteeseen, ViranomaisTunniste', message.answers?.reference],
    ['Otsikko', title],
  ] as const
  const lines = facts.flatMap(([fact, value]) => (value == null ? [] : [`${fact}: ${oneLine(value)}`]))
  const closing = 'Tähän sähköpostiin ei voi vastata. Vastaus lähetetään asiointitilille.'
  return {
    to,
    subject: shortened(oneLine(`Kansalaisen viesti: ${title}`), 250),
    text: `${lines.join('\n')}\n\n${severalLines(body)}\n\n-- \n${closing}\n`,
    files: filesOf(db, message),
  }
}

/** A row without bytes is a link, and citizens send none. */
function filesOf(db: Database, { bucket, content, files }: CitizenMail): MailFile[] {
  const names = content.reveal().attachments.map(({ name }) => name)
  return files.flatMap(({ id, mediaType, sizeBytes, sha256 }, i) => {
    if (sha256 === null) return []
    const read = (): AsyncIterable<Buffer> => attachments.readAttachmentData(db, { bucket, attachmentId: id }, sha256)
    return [{ name: names[i] ?? `liite-${i + 1}`, mediaType, sizeBytes, read }]
  })
}
