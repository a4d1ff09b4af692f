import { createHash } from 'node:crypto'
import { priorities } from '../../message/index.js'
import { accounts, citizenMessages, deliveries, messages, type MessageKey, type Tx } from '../../store/index.js'
import { policyOf, type Context } from '../context.js'
import { addressOf, type WrittenTo } from './address.js'
import { MailboxError, notFound } from './errors.js'
import { checkFiles, readFiles, storeFiles, type OwnFile, type WrittenFile } from './files.js'
import { idTypeOf, type MailOwner } from './owner.js'

export interface WriteMessage {
  readonly to: WrittenTo
  readonly title: string
  readonly body: string
  /** what the writer wants the authority to know besides the identity code */
  readonly sender: Omit<citizenMessages.CitizenSender, 'id' | 'idType'>
  readonly attachments: readonly WrittenFile[]
  /** the calling page's name for this one message: under it, it is stored once */
  readonly key: string
}

export interface WrittenMessage {
  readonly message: citizenMessages.CitizenMessage
  /** it was there already */
  readonly isRepeat: boolean
}

/**
 * Takes what a citizen writes to a service: stored together with its delivery, once for ever under its key.
 * @throws MailboxError what `addressOf` and `checkFiles` say; MAILBOX_NOT_FOUND, MAILBOX_PASSIVE, MAILBOX_KEY_REUSED
 */
export async function writeMessage(context: Context, owner: MailOwner, written: WriteMessage): Promise<WrittenMessage> {
  const { db, sealer } = context
  const files = readFiles(written.attachments)
  const draft: Draft = { ...written, owner, files, contentSha256: hashOf(written, files) }
  const claim = { senderHash: owner.hash, key: written.key }
  const stored = await db.withTransaction(
    async (tx) => (await repeatOf(tx, context, draft)) ?? (await store(tx, context, draft)),
    async () => (await citizenMessages.findByKey(db, claim)) !== null,
  )
  if (!stored.isRepeat) context.ring()
  const message = await citizenMessages.findCitizenMessage(db, sealer, stored)
  if (message === null) throw notFound()
  return { message, isRepeat: stored.isRepeat }
}

interface Draft extends WriteMessage {
  readonly owner: MailOwner
  readonly files: readonly OwnFile[]
  readonly contentSha256: string
}

type Stored = MessageKey & { readonly isRepeat: boolean }

/** What stands under the key already, whatever the service allows today. @throws MailboxError MAILBOX_KEY_REUSED */
async function repeatOf(tx: Tx, { sealer }: Context, { owner, key, contentSha256 }: Draft): Promise<Stored | null> {
  const found = await citizenMessages.findByKey(tx, { senderHash: owner.hash, key })
  if (found === null) return null
  const message = await citizenMessages.findCitizenMessage(tx, sealer, found)
  if (message !== null && message.content.reveal().contentSha256 !== contentSha256)
    throw new MailboxError('MAILBOX_KEY_REUSED', 'Another message was sent under this key')
  return { ...found, isRepeat: true }
}

async function store(tx: Tx, context: Context, draft: Draft): Promise<Stored> {
  const { owner, files, contentSha256, title, body } = draft
  await checkSender(tx, owner)
  const { service, environment, channel, authorityEmail, answers } = await addressOf(tx, context, owner, draft.to)
  checkFiles(files, policyOf(context, service))
  const serviceKey: messages.ServiceKey = { authorityId: service.authorityId, serviceId: service.id }
  const { id: messageId, bucket } = messages.newItemId(serviceKey, null)
  const key: MessageKey = { bucket, messageId }
  // Waits for whoever is storing the same message now.
  if (!(await citizenMessages.claimKey(tx, { ...key, senderHash: owner.hash, key: draft.key })))
    return (await repeatOf(tx, context, draft))!
  await citizenMessages.insertCitizenMessage(tx, context.sealer, {
    ...key,
    service: serviceKey,
    environment,
    senderHash: owner.hash,
    sender: { id: owner.id.reveal(), idType: idTypeOf(owner), ...draft.sender },
    content: {
      ...{ title, body, authorityEmail, contentSha256 },
      attachments: files.map(({ name, mediaType }) => ({ name, mediaType })),
    },
    answers: answers && { threadId: answers.threadId, messageId: answers.messageId },
  })
  await storeFiles(tx, key, files)
  await deliveries.insertDelivery(tx, {
    ...{ ...key, service: serviceKey, environment, channel, purpose: 'citizen-message' },
    priority: priorities.single,
  })
  return { ...key, isRepeat: false }
}

/** Nobody may write who could not be answered. @throws MailboxError MAILBOX_NOT_FOUND, MAILBOX_PASSIVE */
async function checkSender(tx: Tx, { hash }: MailOwner): Promise<void> {
  const account = (await accounts.accountStates(tx, [hash])).get(hash.toString('hex'))
  if (account === undefined) throw notFound()
  if (account.state !== 'active') throw new MailboxError('MAILBOX_PASSIVE', 'The mailbox takes no answers')
}

function hashOf({ to, title, body, sender: { name, email, phone } }: WriteMessage, files: readonly OwnFile[]): string {
  const target = to.kind === 'message' ? [to.id] : [to.authorityId, to.serviceId]
  const sent = files.map((file) => [file.name, file.mediaType, file.sha256])
  return createHash('sha256')
    .update(JSON.stringify([target, title, body, name, email, phone, sent]))
    .digest('hex')
}
