import {
  faultOfAttachment,
  isStored,
  isUsableAddress,
  isValidBilling,
  type ItemOutcome,
  type PrintWishes,
  type SendMessage,
} from '../message/index.js'
import { evidence, type Tx } from '../store/index.js'
import { inIntake, inTransaction, policyOf, type Context, type Recorder, type Submitted } from './context.js'
import { claimAll, duplicateOf, storeClaimed, type Claims, type Parcel } from './claims.js'
import { addresseesOf, priorityOf, threadOf, type Addressee } from './recipient.js'
import { paperFaultOf, prepareItems, printFilesOf, storeItem, type PreparedItem } from './store-item.js'

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
  const policy = policyOf(context, submitted.service)
  const prepared = await prepareItems(command.items, { submitted, policy }, command.print)
  try {
    const taken = await inIntake(context, { submitted, operation: command.operation }, async (tx, asItIs) => {
      const result: SendMessageResult = {
        kind: 'accepted',
        outcomes: await storeAll(tx, context, command, prepared, asItIs),
      }
      await record(tx, result)
      return result
    })
    context.ring()
    return taken
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
  const policy = policyOf(context, submitted.service)
  const priority = priorityOf(command.items)
  for (const { attachment, mediaType } of printFilesOf(prepared))
    refuseIf(faultOfAttachment(attachment, mediaType, policy))
  const addressees = await addresseesOf(tx, context, prepared, submitted)
  const letters = prepared.map((item, i) =>
    addressees[i]!.map((addressee) => addressed({ prepared: item, addressee, submitted }, command.print)),
  )
  const claims = await claimAll(
    tx,
    letters
      .flat()
      .filter(({ refusal }) => refusal === null)
      .map(({ parcel }) => parcel),
  )
  const parts: evidence.EvidencePart[] = []
  const outcomes: ItemOutcome[] = []
  for (const [i, item] of prepared.entries()) {
    if (letters[i]!.length === 0) throw new Refused({ kind: 'invalid', reason: 'recipientMissing' })
    const own: ItemOutcome[] = []
    for (const letter of letters[i]!) {
      const outcome = await sendOne(tx, context, claims, letter, priority)
      if (!isStored(outcome) && outcome.kind !== 'duplicate') throw new Refused(outcome)
      own.push(outcome)
    }
    if (own.some(isStored))
      parts.push(...(await storeItem(tx, context, { prepared: item, submitted, operation: command.operation })))
    outcomes.push(...own)
  }
  if (!outcomes.some(isStored)) throw new Refused(outcomes[0]!)
  if (submitted.raw !== null) await evidence.insertEvidence(tx, context.sealer, submitted.id, submitted.raw, parts)
  return outcomes
}

/** A parcel with the ways it would go, or why it goes none. */
interface Letter {
  readonly parcel: Parcel
  readonly channels: readonly ('mailbox' | 'print')[]
  readonly refusal: ItemOutcome | null
}

function addressed(parcel: Parcel, print: PrintWishes): Letter {
  const channels = channelsFor(parcel.addressee, print)
  const refusal: ItemOutcome | null = channels.length === 0 ? { kind: 'noAccount' } : null
  const onPaper = channels.includes('print') ? whyNotOnPaper(parcel, print) : null
  return { parcel, channels, refusal: parcel.addressee.fault ?? refusal ?? onPaper }
}

/** What nobody could bill, post or print is told at once, and only where paper will really be produced (clients.md R25). */
function whyNotOnPaper({ prepared, addressee, submitted }: Parcel, print: PrintWishes): ItemOutcome | null {
  const billing = print.billing?.reveal() ?? submitted.service.settings.billing ?? null
  if (billing === null || !isValidBilling(billing)) return { kind: 'invalid', reason: 'billingInvalid' }
  if (!isUsableAddress(addressee.recipient.address)) return { kind: 'invalid', reason: 'addressIncomplete' }
  const fault = paperFaultOf(prepared)
  return fault && { kind: 'invalid', reason: fault }
}

async function sendOne(
  tx: Tx,
  context: Context,
  claims: Claims,
  { parcel, channels, refusal }: Letter,
  priority: number,
): Promise<ItemOutcome> {
  const { prepared, addressee, submitted } = parcel
  if (addressee.fault !== null) return addressee.fault
  if (refusal !== null) return (await duplicateOf(tx, parcel)) ?? refusal
  const thread = await threadOf(tx, prepared.item, addressee, submitted, context.policy)
  if (thread === 'unknown' && claims.has(addressee)) return { kind: 'referenceNotFound' }
  return storeClaimed(tx, context, claims, parcel, {
    thread: thread === 'unknown' ? null : thread,
    channels,
    priority,
    visibleAtOnce: false,
  })
}

/** Mailbox if there is one; paper when there is none, or when it is wished besides; no paper when printing is off (§9.7). */
function channelsFor({ hasMailbox }: Addressee, { enabled, alsoOnPaper }: PrintWishes): ('mailbox' | 'print')[] {
  const paper = enabled && (alsoOnPaper || !hasMailbox)
  return [...(hasMailbox ? (['mailbox'] as const) : []), ...(paper ? (['print'] as const) : [])]
}

function refuseIf(outcome: ItemOutcome | null): void {
  if (outcome !== null) throw new Refused(outcome)
}
