import {
  ContractError,
  encodeAccounts,
  encodeItems,
  encodeStatus,
  messageStatus,
  successes,
  type AnswerDocument,
  type Status,
} from '../contract/index.js'
import {
  isStored,
  type AddItems,
  type Command,
  type ItemOutcome,
  type QueryCustomers,
  type SendMessage,
} from '../message/index.js'
import {
  addItems,
  getServiceStatus,
  queryCustomers,
  sendMessage,
  type AddItemsResult,
  type Context,
  type SendMessageResult,
  type Submitted,
  type Tx,
} from '../operations/index.js'

/** What the message log keeps of an answer. */
export interface Told {
  readonly status: Status
  readonly refused: boolean
  readonly itemCount: number
  readonly messageCount: number
  readonly notes: Record<string, unknown> | null
}

export interface PerformedAnswer {
  readonly status: Status
  readonly document: AnswerDocument
}

type RecordTold = (tx: Tx, told: Told) => Promise<void>
type Head = { readonly exchangeId: string; readonly traceId: string }

/** Runs the operation that a command asks for and puts its result into wire form. */
export function perform(
  context: Context,
  command: Command,
  submitted: Submitted,
  head: Head,
  record: RecordTold,
): Promise<PerformedAnswer> {
  switch (command.operation) {
    case 'getServiceStatus':
      return performGetStatus(context, head, record)
    case 'queryCustomers':
      return performQuery(context, command, submitted, head, record)
    case 'addItems':
      return performAddItems(context, command, submitted, head, record)
    case 'sendMessage':
      return performSend(context, command, submitted, head, record)
  }
}

const plain = (status: Status): Told => ({ status, refused: false, itemCount: 0, messageCount: 0, notes: null })

async function performGetStatus(context: Context, head: Head, record: RecordTold): Promise<PerformedAnswer> {
  const status = successes.getServiceStatus
  await getServiceStatus(context, (tx) => record(tx, plain(status)))
  return { status, document: encodeStatus('getServiceStatus', { ...head, status }) }
}

async function performQuery(
  context: Context,
  command: QueryCustomers,
  submitted: Submitted,
  head: Head,
  record: RecordTold,
): Promise<PerformedAnswer> {
  const status = successes.queryCustomers
  const result = await queryCustomers(context, command, submitted, (tx, found) =>
    record(tx, { ...plain(status), itemCount: found.length }),
  )
  if (result === 'tooMany')
    throw new ContractError('REQUEST_INVALID', 'The query concerns more customers than one call may')
  const entries = result.map(({ recipient, state, stateAt }) => ({ recipient: recipient.reveal(), state, stateAt }))
  return { status, document: encodeAccounts({ ...head, status }, entries) }
}

async function performAddItems(
  context: Context,
  command: AddItems,
  submitted: Submitted,
  head: Head,
  record: RecordTold,
): Promise<PerformedAnswer> {
  const status = successes.addItems
  if (command.items.some((item) => item.recipients.length === 0))
    throw new ContractError('REQUEST_INVALID', 'A Kohde has no Asiakas')
  const result = await addItems(context, command, submitted, (tx, outcomes) =>
    record(tx, toldOfItems(status, outcomes)),
  )
  const items = command.items.map((item, i) => ({
    writtenReference: item.writtenReference,
    recipients: item.recipients.map((recipient, j) => ({ recipient: recipient.reveal(), outcome: result[i]![j]! })),
  }))
  return { status, document: encodeItems({ ...head, status }, items) }
}

/** Item codes are the answer's business; the log counts them by kind, so that an operator sees partial failure. */
function toldOfItems(status: Status, result: AddItemsResult): Told {
  const outcomes = result.flat()
  const counts: Record<string, number> = {}
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1
  const stored = outcomes.filter(isStored).length
  return {
    status,
    refused: stored === 0,
    itemCount: result.length,
    messageCount: stored,
    notes: { outcomes: counts, ...differing(outcomes) },
  }
}

async function performSend(
  context: Context,
  command: SendMessage,
  submitted: Submitted,
  head: Head,
  record: RecordTold,
): Promise<PerformedAnswer> {
  const result = await sendMessage(context, command, submitted, (tx, sent) => record(tx, toldOfSend(command, sent)))
  const { status } = toldOfSend(command, result)
  return { status, document: encodeStatus('sendMessage', { ...head, status }) }
}

function toldOfSend(command: SendMessage, result: SendMessageResult): Told {
  const itemCount = command.items.length
  if (result.kind === 'accepted')
    return { ...plain(successes.sendMessage), itemCount, messageCount: result.messageCount }
  const { outcome } = result
  return {
    status: messageStatus(outcome),
    refused: true,
    itemCount,
    messageCount: 0,
    notes: { outcomes: { [outcome.kind]: 1 }, ...differing([outcome]) },
  }
}

/** A reference used for two different letters is worth an operator's look. */
function differing(outcomes: readonly ItemOutcome[]): { referenceReused?: number } {
  const count = outcomes.filter((outcome) => outcome.kind === 'duplicate' && !outcome.sameContent).length
  return count === 0 ? {} : { referenceReused: count }
}
