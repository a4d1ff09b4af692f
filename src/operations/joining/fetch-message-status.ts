import type { FetchMessageStatus, MessageQuery, MessageStatus, MessageStatuses } from '../../registration/index.js'
import { changes, messageStatus } from '../../store/index.js'
import { inTransaction, type Context, type Recorder, type Submitted } from '../context.js'
import { JoiningError } from './errors.js'

/** Most messages of one answer: an item may have gone to thousands. */
const MAX_MESSAGES = 5_000

/**
 * Tells where a service's own messages stand. By ids: those of other services are as unknown as those of nobody. By
 * changes: every change once, in an order in which nothing appears behind the cursor (ADR 17).
 * @throws JoiningError CURSOR_INVALID
 */
export async function fetchMessageStatus(
  context: Context,
  { query }: FetchMessageStatus,
  submitted: Submitted,
  record: Recorder<MessageStatuses>,
): Promise<MessageStatuses> {
  const found =
    query.by === 'changes' ? await byChanges(context, query, submitted) : await byIds(context, query, submitted)
  await inTransaction(context, submitted, (tx) => record(tx, found))
  return found
}

type ById = Exclude<MessageQuery, { by: 'changes' }>
type ByChanges = Extract<MessageQuery, { by: 'changes' }>

async function byIds({ db, sealer }: Context, { by, ids }: ById, { service }: Submitted): Promise<MessageStatuses> {
  const asked = ids.map((id) => ({ id, stored: messageStatus.storedId(by, id) }))
  const wanted = asked.flatMap(({ stored }) => (stored === null ? [] : [stored]))
  const found = await messageStatus.findStatuses(db, sealer, service, { by, ids: wanted, limit: MAX_MESSAGES + 1 })
  const shown = found.slice(0, MAX_MESSAGES)
  const known = new Set(shown.map((message) => message[by]))
  const hasMore = found.length > MAX_MESSAGES
  return {
    messages: shown.map((message) => toStatus(message, null)),
    // What did not fit into the answer is not unknown.
    unknown: hasMore ? [] : asked.filter(({ stored }) => stored === null || !known.has(stored)).map(({ id }) => id),
    cursor: null,
    hasMore: hasMore || null,
  }
}

async function byChanges(
  { db, sealer }: Context,
  { cursor: written, from, limit }: ByChanges,
  { service }: Submitted,
): Promise<MessageStatuses> {
  const cursor = written === null ? changes.firstCursor(from) : changes.readCursor(written)
  if (cursor === null) throw new JoiningError('CURSOR_INVALID', 'The cursor is none that an answer has given')
  const list = await changes.listChanges(db, service, { cursor, limit: limit + 1 })
  const page = list.slice(0, limit)
  const found = await messageStatus.statusesOf(db, sealer, page)
  const isNew = new Set(page.map(({ eventId }) => eventId))
  return {
    messages: found.map((message) => toStatus(message, isNew)),
    unknown: [],
    cursor: changes.writeCursor({ ...cursor, ...page.at(-1) }),
    hasMore: list.length > limit,
  }
}

const toStatus = (message: messageStatus.FoundStatus, news: ReadonlySet<string> | null): MessageStatus => ({
  ...message,
  history: message.history.map(({ id, state, at }) => ({ state, at, isNew: news === null ? null : news.has(id) })),
})
