import { createHash } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import {
  cleanFileNames,
  faultOfAttachment,
  faultOfPaper,
  mediaTypeOf,
  typeTaken,
  noticeChannels,
  reminderAfter,
  states,
  type Attachment,
  type Item,
  type ItemFault,
  type ItemPolicy,
  type PrintWishes,
  type TypeTaken,
} from '../message/index.js'
import { environmentIn } from '../registration/index.js'
import { attachments, deliveries, evidence, messages, transitions, type Tx } from '../store/index.js'
import type { Context, Submitted } from './context.js'
import { shownType } from './shown-type.js'
import type { Addressee, Wishes } from './recipient.js'

/** An item on its way into the database: hashed and named, but stored only once a recipient needs it. */
export interface PreparedItem {
  readonly id: string
  readonly bucket: number
  readonly item: Item
  readonly content: messages.SealedContent
  readonly contentSha256: Buffer
  readonly files: readonly PreparedFile[]
}

interface PreparedFile {
  readonly id: string
  readonly attachment: Attachment
  readonly sha256: Buffer | null
  /** what it is taken as, whatever it is called */
  readonly mediaType: TypeTaken
}

/** Print files of a whole message are kept with its first item: nobody knows more about them (viranomaispalvelut.md §5.3). */
export async function prepareItems(
  items: readonly Item[],
  { submitted, policy }: { submitted: Submitted; policy: ItemPolicy },
  print: PrintWishes | null,
): Promise<PreparedItem[]> {
  const prepared: PreparedItem[] = []
  for (const [i, item] of items.entries())
    prepared.push(await prepareItem(item, { submitted, policy }, i === 0 ? print : print && { ...print, files: [] }))
  return prepared
}

export const printFilesOf = (prepared: readonly PreparedItem[]): readonly PreparedFile[] =>
  prepared.flatMap(({ item, files }) => files.slice(item.attachments.length))

/**
 * Hashes the files of an item and looks at what they are, before there is a transaction to keep waiting; behind a file
 * for which the item is refused, the others are not looked at.
 */
async function prepareItem(
  item: Item,
  { submitted, policy }: { submitted: Submitted; policy: ItemPolicy },
  print: PrintWishes | null,
): Promise<PreparedItem> {
  const own = [...item.attachments, ...(print?.files ?? [])].map((attachment) => attachment.reveal())
  const files: PreparedFile[] = []
  let refused = own.length > policy.maxAttachmentsPerItem
  for (const attachment of own) {
    const content = bytesOf(attachment)
    const mediaType = refused ? null : await typeOf(attachment, content)
    refused ||= faultOfAttachment(attachment, mediaType, policy) !== null
    files.push({ id: uuidv7(), attachment, sha256: content && sha256(content), mediaType })
  }
  const names = cleanFileNames(own.map((attachment) => attachment.name))
  const content: messages.SealedContent = {
    ...item.content.reveal(),
    attachments: own.map((a, i) => ({
      name: names[i]!,
      writtenName: a.name,
      caption: a.caption,
      url: a.url,
      statedSize: a.statedSize,
      storageId: a.storageId,
      mediaType: a.mediaType,
    })),
    print: print && { ...print, billing: print.billing?.reveal() ?? null, files: print.files.length },
    party: submitted.party,
  }
  // The same letter sent again has the same hash: a retry may have another exchange id, date and signature.
  const told = {
    ...content,
    party: null,
    flags: [item.requiresAcknowledgement, item.forceReadReceipt, item.messageKind],
  }
  const contentSha256 = sha256(JSON.stringify([told, files.map((file) => file.sha256?.toString('hex') ?? null)]))
  return { ...messages.newItemId(keyOf(submitted), item.reference), item, content, contentSha256, files }
}

/** Why nobody could print this item, whoever receives it. */
export const paperFaultOf = ({ files, content }: PreparedItem): ItemFault | null =>
  faultOfPaper(
    files.map(({ attachment, mediaType }) => ({
      content: bytesOf(attachment),
      mediaType: mediaType ?? mediaTypeOf(attachment.mediaType, attachment.name),
    })),
    { hasPageRange: content.pages !== null },
  )

export const keyOf = ({ service }: Submitted): messages.ServiceKey => ({
  authorityId: service.authorityId,
  serviceId: service.id,
})

/** The type that links were sent with (viranomaispalvelut.md §4.6). */
const LINK = 'text/url'

async function typeOf({ mediaType: stated, name }: Attachment, content: Buffer | null): Promise<TypeTaken> {
  if (content === null) return LINK
  return typeTaken({ stated, name }, await shownType(content, mediaTypeOf(stated, name)))
}

/** Stores the item itself and its attachments, once, whatever the number of recipients; tells where they stand in the request. */
export async function storeItem(
  tx: Tx,
  { sealer, clock }: Context,
  { prepared, submitted, operation }: { prepared: PreparedItem; submitted: Submitted; operation: string },
): Promise<evidence.EvidencePart[]> {
  const { bucket, id, item } = prepared
  await messages.insertItem(tx, sealer, {
    bucket,
    id,
    submissionId: submitted.id,
    operation,
    service: keyOf(submitted),
    environment: environmentIn(submitted.service.state),
    reference: item.reference,
    contentSha256: prepared.contentSha256,
    content: prepared.content,
    requiresAcknowledgement: item.requiresAcknowledgement,
    forceReadReceipt: item.forceReadReceipt,
    messageKind: item.messageKind,
    sentAt: item.sentAt ?? clock.now(),
  })
  const parts: evidence.EvidencePart[] = []
  for (const [position, file] of prepared.files.entries()) {
    const content = bytesOf(file.attachment)
    await messages.insertAttachment(tx, {
      bucket,
      id: file.id,
      itemId: id,
      position,
      mediaType: file.mediaType,
      sizeBytes: content?.length ?? null,
      sha256: file.sha256,
    })
    if (content === null) continue
    await attachments.insertAttachmentData(tx, { bucket, attachmentId: file.id }, content)
    const start = positionIn(submitted.raw, file.attachment.encoded)
    if (start !== null)
      parts.push({ start, end: start + file.attachment.encoded!.length, bucket, attachmentId: file.id, content })
  }
  return parts
}

/** Stores the message of one recipient with its deliveries; all or nothing with the rest of the transaction. */
export async function storeMessage(
  tx: Tx,
  { sealer, policy }: Pick<Context, 'sealer' | 'policy'>,
  message: { prepared: PreparedItem; submitted: Submitted; id: string; addressee: Addressee } & Wishes,
): Promise<string> {
  const { prepared, submitted, addressee, priority, visibleAtOnce } = message
  const service = keyOf(submitted)
  const environment = environmentIn(submitted.service.state)
  const key = { bucket: prepared.bucket, messageId: message.id, service, environment }
  const number = await messages.insertMessage(tx, sealer, {
    bucket: prepared.bucket,
    id: message.id,
    service,
    itemId: prepared.id,
    recipient: addressee.recipient,
    recipientHash: addressee.hash,
    thread: message.thread,
    state: visibleAtOnce ? states.visible : states.queued,
  })
  for (const channel of message.channels) {
    const state = visibleAtOnce && channel === 'mailbox' ? 'delivered' : 'ready'
    await deliveries.insertDelivery(tx, { ...key, channel, purpose: 'message', state, priority })
  }
  if (visibleAtOnce)
    await transitions.queueNotices(tx, key, {
      channels: noticeChannels(addressee.wishes, prepared.content),
      remindAfterMs: reminderAfter(prepared.item, policy),
    })
  return number
}

/** Where a piece of the request stands in it; null when it was transcoded on the way. */
function positionIn(raw: Buffer | null, piece: Buffer | null): number | null {
  return raw !== null && piece !== null && raw.buffer === piece.buffer ? piece.byteOffset - raw.byteOffset : null
}

const bytesOf = ({ content }: Attachment): Buffer | null => (content === 'broken' ? null : content)

const sha256 = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest()
