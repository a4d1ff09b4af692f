import { randomUUID } from 'node:crypto'
import type { Language } from '../../src/message/index.js'
import type { ServiceSettings, ServiceState } from '../../src/registration/index.js'
import { mailboxOwners, caught, deliveries, outbox } from '../../src/store/index.js'
import type { TestGateway } from './gateway.js'
import { addItems, askSigned, customer, item, newPerson, newReference, newSender, type Sender } from './requests.js'

/** What must never be in a notification, nor in a log. */
export const SECRETS = ['Salainen-otsikko-4417', 'Salainen-sisalto-9902', 'LIITE-7731', 'Asianumero-5520'] as const

export interface Addressee {
  readonly id: string
  readonly email: string
  readonly phone: string
}

interface AddresseeWishes {
  readonly language?: Language
  readonly wantsEmail?: boolean
  readonly wantsSms?: boolean
  /** an artificial person's when missing */
  readonly id?: string
}

/** Somebody with a mailbox, an address and a number, who wants to be told by both unless the test says otherwise. */
export async function newAddressee(
  gateway: TestGateway,
  { language = 'fi', wantsEmail = true, wantsSms = true, id: givenId }: AddresseeWishes = {},
): Promise<Addressee> {
  const { db, runtime } = gateway
  if (givenId !== undefined) await gateway.openAccount(givenId)
  const id = givenId ?? (await newPerson(gateway))
  const unique = randomUUID()
  const email = `saaja-${unique.slice(0, 8)}@example.fi`
  const phone = `+35840${String(parseInt(unique.slice(0, 6), 16)).padStart(8, '0')}`
  await mailboxOwners.changeMailbox(db, runtime.sealer, runtime.sealer.hashId(id), {
    state: 'active',
    language,
    email,
    phone,
    wantsEmail,
    wantsSms,
  })
  return { id, email, phone }
}

export interface SentLetter {
  readonly sender: Sender
  readonly messageId: string
  readonly bucket: number
}

/** A letter that the authority has sent and that is in the mailbox; nothing of it has been told yet. */
export async function sendLetter(
  gateway: TestGateway,
  to: string,
  {
    settings = {},
    fields = {},
    state,
  }: { settings?: ServiceSettings; fields?: Record<string, string>; state?: ServiceState } = {},
): Promise<SentLetter> {
  const sender = await newSender(gateway, { settings, ...(state && { state }) })
  const secret = { Nimeke: SECRETS[0], KuvausTeksti: SECRETS[1], AsiaNumero: SECRETS[3] }
  const content = item(/^\d{7}-\d$/.test(to) ? customer(to, '', 'CRN') : to, {
    ViranomaisTunniste: newReference(),
    ...secret,
    ...fields,
  })
  const reply = await askSigned(gateway, sender, addItems(sender, content))
  if (reply.itemCodes[0] !== 200) throw new Error(`The letter was not taken: ${reply.itemCodes.join()}`)
  const { rows } = await gateway.db.query<{ bucket: number; messageId: string }>(
    `select m.bucket, m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     where i.submission_id = $1`,
    [reply.traceId],
  )
  return { sender, ...rows[0]! }
}

/** Queues a notification of a letter besides those that intake queues. @returns the delivery's id */
export const queueNotice = (
  gateway: TestGateway,
  { sender, messageId, bucket }: SentLetter,
  more: Pick<deliveries.NewDelivery, 'channel'> & Partial<deliveries.NewDelivery>,
): Promise<string> =>
  gateway.db.withTransaction((tx) =>
    deliveries.insertDelivery(tx, {
      ...{ bucket, messageId, service: sender, environment: 'test', purpose: 'notice' },
      ...more,
    }),
  )

/** Takes one delivery as a worker does. */
export async function take(gateway: TestGateway, id: string): Promise<outbox.Job> {
  const workerId = randomUUID()
  const free = { email: 1_000, sms: 1_000 }
  const jobs = await outbox.claim(gateway.db, { workerId, leaseMs: 60_000, free, limit: 1_000 })
  await outbox.giveBack(
    gateway.db,
    jobs.filter((job) => job.id !== id),
    workerId,
  )
  return jobs.find((job) => job.id === id)!
}

/** What was kept in place of being sent, of one delivery or of a message, opened. */
export async function caughtOf(
  gateway: TestGateway,
  { messageId }: Pick<SentLetter, 'messageId'>,
): Promise<(caught.CaughtContent & { channel: string; id: string })[]> {
  const list = await caught.listCaught(gateway.db, gateway.runtime.sealer, { limit: 100, messageId })
  return list.map(({ content, channel, id }) => ({ ...content.reveal(), channel, id }))
}
