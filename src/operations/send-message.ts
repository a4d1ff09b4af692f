import {
  faultOfAttachment,
  isStored,
  isValidBilling,
  type ItemOutcome,
  type PrintWishes,
  type SendMessage,
} from '../message/index.js'
import { evidence, type Tx } from '../store/index.js'
import { inTransaction, type Context, type Recorder, type Submitted } from './context.js'
import { addresseesOf, duplicateOf, storeFor, threadOf, type Addressee } from './recipient.js'
import { prepareItem, storeItem, type PreparedItem } from './store-item.js'

/** What became of each recipient of an accepted call, or the first outcome that refused the whole call. */
export type SendMessageResult =
  | { readonly kind: 'accepted'; readonly outcomes: readonly ItemOutcome[] }
  | { readonly kind: 'refused'; readonly outcome: ItemOutcome }

/** Carries a refusal out of the transaction, so that nothing of the call stays. */
class Refused extends Error {
  readonly outcome: ItemOutcome
  constructor(outcome: ItemOutcome) {
    super('refused')
    this.outcome = outcome
  }
}

/**
 * Sends letters to the mailbox if there is one, otherwise to paper. The answer has one code only, so a call is taken
 * as a whole or not at all (viranomaispalvelut.md §9.1). What is stored already counts as taken: a call is answered as
 * a duplicate only when nothing in it is new, because clients read that answer as "all of it is there" (ADR 0006).
 */
export async function sendMessage(
  context: Context,
  command: SendMessage,
  submitted: Submitted,
  record: Recorder<SendMessageResult>,
): Promise<SendMessageResult> {
  const prepared = command.items.map((item) => prepareItem(item, submitted, command.print))
  try {
    return await inTransaction(context, submitted, async (tx) => {
      const result: SendMessageResult = {
        kind: 'accepted',
        outcomes: await storeAll(tx, context, command, prepared, submitted),
      }
      await record(tx, result)
      return result
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const result: SendMessageResult = { kind: 'refused', outcome: error.outcome }
    await inTransaction(context, submitted, (tx) => record(tx, result))
    return result
  }
}

async function storeAll(
  tx: Tx,
  context: Context,
  command: SendMessage,
  prepared: readonly PreparedItem[],
  submitted: Submitted,
): Promise<ItemOutcome[]> {
  for (const file of command.print.files) refuseIf(faultOfAttachment(file.reveal(), context.policy))
  const addressees = await addresseesOf(tx, context.sealer, command.items, context.policy)
  const parts: evidence.EvidencePart[] = []
  const outcomes: ItemOutcome[] = []
  for (const [i, item] of prepared.entries()) {
    if (addressees[i]!.length === 0) throw new Refused({ kind: 'invalid', reason: 'recipientMissing' })
    const own: ItemOutcome[] = []
    for (const addressee of addressees[i]!) {
      const outcome = await sendOne(tx, context, item, addressee, command.print, submitted)
      if (!isStored(outcome) && outcome.kind !== 'duplicate') throw new Refused(outcome)
      own.push(outcome)
    }
    if (own.some(isStored))
      parts.push(...(await storeItem(tx, context.sealer, item, submitted, command.operation, context.clock.now())))
    outcomes.push(...own)
  }
  if (!outcomes.some(isStored)) throw new Refused(outcomes[0]!)
  if (submitted.raw !== null) await evidence.insertEvidence(tx, context.sealer, submitted.id, submitted.raw, parts)
  return outcomes
}

async function sendOne(
  tx: Tx,
  context: Context,
  prepared: PreparedItem,
  addressee: Addressee,
  print: PrintWishes,
  submitted: Submitted,
): Promise<ItemOutcome> {
  if (addressee.fault !== null) return addressee.fault
  const duplicate = await duplicateOf(tx, prepared, addressee, submitted)
  if (duplicate !== null) return duplicate
  const channels = channelsFor(addressee, print)
  if (channels.length === 0) return { kind: 'noAccount' }
  // Billing matters only where paper will really be produced (clients.md R25); a letter that nobody could bill would never be printed.
  const billing = print.billing?.reveal() ?? submitted.service.settings.billing ?? null
  if (channels.includes('print') && (billing === null || !isValidBilling(billing)))
    return { kind: 'invalid', reason: 'billingInvalid' }
  const thread = await threadOf(tx, prepared.item, addressee, submitted, context.policy)
  if (thread === 'unknown') return { kind: 'referenceNotFound' }
  return storeFor(tx, context.sealer, { prepared, addressee, submitted }, { thread, channels, visibleAtOnce: false })
}

/** Mailbox if there is one; paper when there is none, or when it is wished besides; no paper when printing is off (§9.7). */
function channelsFor({ hasMailbox }: Addressee, { enabled, alsoOnPaper }: PrintWishes): ('mailbox' | 'print')[] {
  const paper = enabled && (alsoOnPaper || !hasMailbox)
  return [...(hasMailbox ? (['mailbox'] as const) : []), ...(paper ? (['print'] as const) : [])]
}

function refuseIf(outcome: ItemOutcome | null): void {
  if (outcome !== null) throw new Refused(outcome)
}
