import { isStored, type AddItems, type ItemOutcome } from '../message/index.js'
import { evidence, type Tx } from '../store/index.js'
import { inIntake, policyOf, type Context, type Recorder, type Submitted } from './context.js'
import { claimAll, duplicateOf, release, storeClaimed, type Claims, type Parcel } from './claims.js'
import { addresseesOf, priorityOf, threadOf } from './recipient.js'
import { prepareItems, storeItem } from './store-item.js'

/** Outcomes of the items in their order, each with one outcome per recipient in theirs. */
export type AddItemsResult = readonly (readonly ItemOutcome[])[]

/**
 * Puts items into mailboxes. Each recipient of each item has an outcome of its own; what is stored is committed
 * together with its deliveries and the record of the answer. An item without files is visible at once (viranomaispalvelut.md §10).
 */
export async function addItems(
  context: Context,
  command: AddItems,
  received: Submitted,
  record: Recorder<AddItemsResult>,
): Promise<AddItemsResult> {
  const policy = policyOf(context, received.service)
  const prepared = await prepareItems(command.items, { submitted: received, policy }, null)
  const priority = priorityOf(command.items)
  const result = await inIntake(
    context,
    { submitted: received, operation: command.operation },
    async (tx, submitted) => {
      const addressees = await addresseesOf(tx, context, prepared, submitted)
      const parcels = prepared.map((item, i) =>
        addressees[i]!.map((addressee): Parcel => ({ prepared: item, addressee, submitted })),
      )
      const claims = await claimAll(
        tx,
        parcels.flat().filter(({ addressee }) => addressee.fault === null && addressee.hasMailbox),
      )
      const parts: evidence.EvidencePart[] = []
      const result: ItemOutcome[][] = []
      for (const [i, item] of prepared.entries()) {
        const outcomes: ItemOutcome[] = []
        for (const parcel of parcels[i]!) outcomes.push(await addOne(tx, context, claims, parcel, priority))
        if (outcomes.some(isStored))
          parts.push(...(await storeItem(tx, context, { prepared: item, submitted, operation: command.operation })))
        result.push(outcomes)
      }
      if (submitted.raw !== null && result.flat().some(isStored)) {
        await evidence.insertEvidence(tx, context.sealer, submitted.id, submitted.raw, parts)
      }
      await record(tx, result)
      return result
    },
  )
  context.ring()
  return result
}

async function addOne(
  tx: Tx,
  context: Context,
  claims: Claims,
  parcel: Parcel,
  priority: number,
): Promise<ItemOutcome> {
  const { addressee, submitted } = parcel
  const { item } = parcel.prepared
  if (addressee.fault !== null) return addressee.fault
  // What is stored already stays a duplicate, also when its recipient has left since.
  if (!addressee.hasMailbox) return (await duplicateOf(tx, parcel)) ?? { kind: 'noAccount' }
  const thread = await threadOf(tx, item, addressee, submitted, context.policy)
  if (thread === 'unknown' && claims.has(addressee)) {
    await release(tx, parcel)
    return { kind: 'referenceNotFound' }
  }
  // A service may have agreed that the answer is a receipt only, and all results come later (viranomaispalvelut.md §10).
  const visibleAtOnce =
    submitted.service.settings.addItemsAnswers !== 'queued' &&
    item.attachments.every((attachment) => attachment.reveal().content === null)
  return storeClaimed(tx, context, claims, parcel, {
    thread: thread === 'unknown' ? null : thread,
    channels: ['mailbox'],
    priority,
    visibleAtOnce,
  })
}
