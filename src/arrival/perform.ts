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
  type AccountFound,
  type AddItemsResult,
  type Context,
  type Received,
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
  readonly told: Told
  readonly document: AnswerDocument
}

/** What the operations of one request share; `Request` says what is known of who sent it. */
export interface Serving<Request extends Received = Submitted> {
  readonly context: Context
  readonly submitted: Request
  readonly head: { readonly exchangeId: string; readonly traceId: string }
  /** writes the message log's row, and the answer, in the transaction that makes it true */
  readonly record: (tx: Tx, answer: PerformedAnswer) => Promise<void>
}

/** Runs the operation that a command asks for and puts its result into wire form. */
export function perform(serving: Serving, command: Command): Promise<PerformedAnswer> {
  switch (command.operation) {
    case 'getServiceStatus':
      return performGetStatus(serving)
    case 'queryCustomers':
      return performQuery(serving, command)
    case 'addItems':
      return performAddItems(serving, command)
    case 'sendMessage':
      return performSend(serving, command)
  }
}

export const plain = (status: Status): Told => ({ status, refused: false, itemCount: 0, messageCount: 0, notes: null })

/** Writes the answer to a result once: what is recorded with the result is what is sent. */
export function answering<Result>(write: (result: Result) => PerformedAnswer): (result: Result) => PerformedAnswer {
  let last: { readonly result: Result; readonly answer: PerformedAnswer } | null = null
  return (result) => {
    if (last?.result !== result) last = { result, answer: write(result) }
    return last.answer
  }
}

async function performGetStatus({ context, submitted, head, record }: Serving): Promise<PerformedAnswer> {
  const told = plain(successes.getServiceStatus)
  const answer = { told, document: encodeStatus('getServiceStatus', { ...head, status: told.status }) }
  await getServiceStatus(context, submitted, (tx) => record(tx, answer))
  return answer
}

async function performQuery(
  { context, submitted, head, record }: Serving,
  command: QueryCustomers,
): Promise<PerformedAnswer> {
  const answerTo = answering((found: readonly AccountFound[]) => {
    const told = { ...plain(successes.queryCustomers), itemCount: found.length }
    const entries = found.map(({ recipient, state, stateAt }) => ({ recipient: recipient.reveal(), state, stateAt }))
    return { told, document: encodeAccounts({ ...head, status: told.status }, entries) }
  })
  const found = await queryCustomers(context, command, submitted, (tx, list) => record(tx, answerTo(list)))
  if (found === 'tooMany')
    throw new ContractError('REQUEST_INVALID', 'The query concerns more customers than one call may')
  return answerTo(found)
}

async function performAddItems(
  { context, submitted, head, record }: Serving,
  command: AddItems,
): Promise<PerformedAnswer> {
  const answerTo = answering((result: AddItemsResult) => {
    const told = toldOfItems(result)
    const items = command.items.map((item, i) => ({
      writtenReference: item.writtenReference,
      recipients: item.recipients.map((recipient, j) => ({ recipient: recipient.reveal(), outcome: result[i]![j]! })),
    }))
    return { told, document: encodeItems({ ...head, status: told.status }, items) }
  })
  return answerTo(await addItems(context, command, submitted, (tx, result) => record(tx, answerTo(result))))
}

async function performSend(
  { context, submitted, head, record }: Serving,
  command: SendMessage,
): Promise<PerformedAnswer> {
  const answerTo = answering((result: SendMessageResult) => {
    const told = toldOfSend(command, result)
    return { told, document: encodeStatus('sendMessage', { ...head, status: told.status }) }
  })
  return answerTo(await sendMessage(context, command, submitted, (tx, result) => record(tx, answerTo(result))))
}

/** Item codes are the answer's business; the log counts them by kind, so that an operator sees partial failure. */
function toldOfItems(result: AddItemsResult): Told {
  const outcomes = result.flat()
  const stored = outcomes.filter(isStored).length
  return {
    status: successes.addItems,
    refused: stored === 0,
    itemCount: result.length,
    messageCount: stored,
    notes: notesOf(outcomes),
  }
}

function toldOfSend(command: SendMessage, result: SendMessageResult): Told {
  const itemCount = command.items.length
  if (result.kind === 'accepted') {
    const messageCount = result.outcomes.filter(isStored).length
    const notes = messageCount === result.outcomes.length ? null : notesOf(result.outcomes)
    return { ...plain(successes.sendMessage), itemCount, messageCount, notes }
  }
  const { outcome } = result
  return {
    status: messageStatus(outcome),
    refused: true,
    itemCount,
    messageCount: 0,
    notes: notesOf([outcome]),
  }
}

/** Outcomes by kind; a reference used for two different letters is worth an operator's look besides. */
function notesOf(outcomes: readonly ItemOutcome[]): Record<string, unknown> {
  const counts: Record<string, number> = {}
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1
  const reused = outcomes.filter((outcome) => outcome.kind === 'duplicate' && !outcome.sameContent).length
  return { outcomes: counts, ...(reused > 0 && { referenceReused: reused }) }
}
