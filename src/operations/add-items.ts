import { isStored, type AddItems, type ItemOutcome } from '../message/index.js'
import { evidence, type Tx } from '../store/index.js'
import { inTransaction, type Context, type Recorder, type Submitted } from './context.js'
import { addresseesOf, duplicateOf, storeFor, threadOf, type Addressee } from './recipient.js'
import { prepareItem, storeItem, type PreparedItem } from './store-item.js'

/** Outcomes of the items in their order, each with one outcome per recipient in theirs. */
export type AddItemsResult = readonly (readonly ItemOutcome[])[]

/**
 * Puts items into mailboxes. Each recipient of each item has an outcome of its own; what is stored is committed
 * together with its deliveries and the record of the answer. An item without files is visible at once (viranomaispalvelut.md §10).
 */
export async function addItems(
  context: Context,
  command: AddItems,
  submitted: Submitted,
  record: Recorder<AddItemsResult>,
): Promise<AddItemsResult> {
  const prepared = command.items.map((item) => prepareItem(item, submitted, null))
  return inTransaction(context, submitted, async (tx) => {
    const addressees = await addresseesOf(tx, context.sealer, command.items, context.policy)
    const parts: evidence.EvidencePart[] = []
    const result: ItemOutcome[][] = []
    for (const [i, item] of prepared.entries()) {
      const outcomes: ItemOutcome[] = []
      for (const addressee of addressees[i]!) outcomes.push(await addOne(tx, context, item, addressee, submitted))
      if (outcomes.some(isStored)) {
        parts.push(...(await storeItem(tx, context.sealer, item, submitted, command.operation, context.clock.now())))
      }
      result.push(outcomes)
    }
    if (submitted.raw !== null && result.flat().some(isStored)) {
      await evidence.insertEvidence(tx, context.sealer, submitted.id, submitted.raw, parts)
    }
    await record(tx, result)
    return result
  })
}

async function addOne(
  tx: Tx,
  context: Context,
  prepared: PreparedItem,
  addressee: Addressee,
  submitted: Submitted,
): Promise<ItemOutcome> {
  const { item } = prepared
  if (addressee.fault !== null) return addressee.fault
  const thread = await threadOf(tx, item, addressee, submitted, context.policy)
  if (!addressee.hasMailbox || thread === 'unknown') {
    // What is stored already stays a duplicate, also when its recipient has left since.
    const duplicate = await duplicateOf(tx, prepared, addressee, submitted)
    return duplicate ?? { kind: addressee.hasMailbox ? 'referenceNotFound' : 'noAccount' }
  }
  const visibleAtOnce = item.attachments.every((attachment) => attachment.reveal().content === null)
  return storeFor(
    tx,
    context.sealer,
    { prepared, addressee, submitted },
    { thread, channels: ['mailbox'], visibleAtOnce },
  )
}
