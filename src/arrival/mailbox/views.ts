import type { mailbox } from '../../operations/index.js'

/** What the page shows a citizen: the only place where a mailbox's content leaves the gateway. */

export const mailboxView = ({ contact, ...rest }: mailbox.Mailbox): object => ({ ...rest, ...contact.reveal() })

/** One line of a list. */
export function entryView(entry: mailbox.Entry): object {
  const { messageId, kind, number, threadId, authorityId, authorityName, serviceId, serviceName, at } = entry
  const { title, senderName, attachments } = entry.preview.reveal()
  const common = {
    ...{ id: messageId, number, kind, thread: threadId, at, title },
    service: { authorityId, authorityName, serviceId, serviceName },
  }
  if (kind === 'sent') return { ...common, delivery: deliveryWord(entry), attachmentCount: attachments }
  const isWithheld = entry.requiresAcknowledgement && entry.state !== ACKNOWLEDGED
  return {
    ...common,
    senderName,
    state: entry.state,
    requiresAcknowledgement: entry.requiresAcknowledgement,
    attachmentCount: isWithheld ? null : attachments,
  }
}

const ACKNOWLEDGED = 230

/** A delivery that was given up waits for an operator, who may send it again. */
const deliveryWord = ({ delivery }: mailbox.Entry): 'delivered' | 'waiting' =>
  delivery === 'delivered' ? 'delivered' : 'waiting'

export const threadView = ({ newest, entries, unread }: mailbox.Thread): object => ({
  id: newest.threadId,
  ...{ messages: entries, unread },
  newest: entryView(newest),
})

export function messageView(opened: mailbox.ReceivedMessage | mailbox.SentMessage): object {
  return { ...entryView(opened.entry), ...(opened.kind === 'sent' ? sentView(opened) : receivedView(opened)) }
}

function receivedView({ letter, readableFiles, isWithheld }: mailbox.ReceivedMessage): object {
  const { sentAt, settings } = letter
  const common = { sentAt, replyAllowed: settings.replyAllowed === true, withheld: isWithheld }
  if (isWithheld) return { ...common, body: null, caseNumber: null, attachments: [] }
  const { body, caseNumber, attachments } = letter.content.reveal()
  const files = letter.files.slice(0, readableFiles)
  return {
    ...{ ...common, body, caseNumber },
    attachments: files.map(({ id, mediaType, sizeBytes, scan }, i) => {
      const { name, caption, url } = attachments[i]!
      if (sizeBytes === null) return { kind: 'link', name, caption, url }
      return { kind: 'file', id, name, caption, mediaType, sizeBytes, infected: scan === 'found' }
    }),
  }
}

function sentView({ message }: mailbox.SentMessage): object {
  const { body, attachments } = message.content.reveal()
  const { name, email, phone } = message.sender.reveal()
  return {
    ...{ body, sender: { name, email, phone }, answers: message.answers && { number: message.answers.number } },
    attachments: message.files.map(({ id, mediaType, sizeBytes, scan }, i) => ({
      ...{ kind: 'file', id, name: attachments[i]!.name, caption: null, mediaType, sizeBytes },
      infected: scan === 'found',
    })),
  }
}

export const writtenView = ({ message, isRepeat }: mailbox.WrittenMessage): object => ({
  id: message.messageId,
  number: message.number,
  thread: message.threadId,
  at: message.createdAt,
  repeated: isRepeat,
})

/** A name for a browser to save a file under; RFC 6266, with a plain one for those that read nothing else. */
export function disposition(name: string): string {
  // A name that was cut in the middle of a character would not be UTF-8.
  const whole = Buffer.from(name, 'utf8').toString('utf8')
  const plain = whole.replace(/[^A-Za-z0-9._ -]/g, '_')
  const encoded = encodeURIComponent(whole).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
