import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { uuidv7 } from 'uuidv7'
import type { StateCode } from '../../src/message/index.js'
import { changes, messages, submissions, type Queryable, type Sealer, type Tx } from '../../src/store/index.js'
import type { TestGateway } from '../support/gateway.js'
import { newSender } from '../support/requests.js'

/** A service whose changes are walked. */
export interface Walked {
  readonly service: messages.ServiceKey
  /** what is committed of it from the beginning, for state events to be added to */
  readonly messages: readonly { readonly bucket: number; readonly messageId: string }[]
}

/** A connection of its own, as another process would have one. */
export interface Connection extends Tx {
  end(): Promise<void>
}

export async function connect({ databaseUrl }: Pick<TestGateway, 'databaseUrl'>): Promise<Connection> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  return { tx: true, query: (text, values) => client.query(text, values), end: () => client.end() }
}

/**
 * States of events, each given once: what is read can be told from everything else by its state alone. They are no
 * states of messages, but nothing here looks at what they mean.
 */
let lastState = 1_000
export const newState = (): StateCode => ++lastState as StateCode

/** Stores a message of one service with its first state event. */
export async function insertMessage(
  tx: Tx,
  sealer: Sealer,
  service: messages.ServiceKey,
  state: StateCode,
): Promise<{ bucket: number; messageId: string }> {
  const submissionId = uuidv7()
  await submissions.insertSubmission(tx, { ...blank, id: submissionId, ...service })
  const { id: itemId, bucket } = messages.newItemId(service, null)
  await messages.insertItem(tx, sealer, {
    bucket,
    id: itemId,
    submissionId,
    operation: 'addItems',
    service,
    environment: 'test',
    reference: null,
    contentSha256: Buffer.alloc(32),
    content: {} as messages.SealedContent,
    requiresAcknowledgement: false,
    forceReadReceipt: false,
    messageKind: null,
    sentAt: new Date(),
  })
  const messageId = uuidv7()
  await messages.insertMessage(tx, sealer, {
    bucket,
    id: messageId,
    service,
    itemId,
    recipient: { id: 'nobody', idType: 'SSN', name: null } as never,
    recipientHash: Buffer.alloc(32),
    thread: null,
    state,
  })
  return { bucket, messageId }
}

const blank: Omit<submissions.Submission, 'id'> = {
  receivedAt: new Date(),
  endpoint: 'signed',
  operation: 'addItems',
  outcome: 'accepted',
  code: null,
  statusCode: 0,
  statusText: null,
  authorityId: null,
  serviceId: null,
  exchangeId: null,
  fingerprint: null,
  signatureAlgorithm: null,
  digestAlgorithm: null,
  remoteAddress: null,
  sizeBytes: 0,
  itemCount: 1,
  messageCount: 1,
  report: null,
  notes: null,
}

/** A new service with some messages, which have no state event yet as far as these tests are concerned. */
export async function newWalked(gateway: TestGateway, count = 4): Promise<Walked> {
  const { authorityId, serviceId } = await newSender(gateway)
  const service = { authorityId, serviceId }
  const own = await gateway.db.withTransaction(async (tx) => {
    const list = []
    for (let n = 0; n < count; n++) list.push(await insertMessage(tx, gateway.runtime.sealer, service, 202))
    await tx.query('delete from state_event where authority_id = $1', [authorityId])
    return list
  })
  return { service, messages: own }
}

/** Adds an event to one of the messages; the state tells it from every other. */
export async function addEvent(tx: Tx, { service, messages: own }: Walked, state = newState()): Promise<StateCode> {
  await messages.insertStateEvent(tx, { ...own[randomInt(own.length)]!, service, state, source: 'test' })
  return state
}

export interface Page {
  /** of the events of the page, in its order */
  readonly states: readonly number[]
  readonly cursor: string
}

/** Reads one page of a service's changes; null begins. */
export type ReadPage = (db: Queryable, walked: Walked, cursor: string | null, limit: number) => Promise<Page>

/** The cursor of the gateway, carried as text. */
export const byChange: ReadPage = async (db, { service }, written, limit) => {
  const cursor = written === null ? changes.firstCursor(null) : changes.readCursor(written)!
  const key = { authorityId: service.authorityId, id: service.serviceId }
  const page = await changes.listChanges(db, key, { cursor, limit })
  return {
    states: await statesOf(
      db,
      page.map(({ eventId }) => eventId),
    ),
    cursor: changes.writeCursor({ ...cursor, ...page.at(-1) }),
  }
}

export async function statesOf(db: Queryable, eventIds: readonly string[]): Promise<number[]> {
  const { rows } = await db.query<{ id: string; state: number }>(
    'select id, state from state_event where id = any ($1)',
    [eventIds],
  )
  const known = new Map(rows.map(({ id, state }) => [id, state]))
  return eventIds.map((id) => known.get(id)!)
}

/** Reads pages until there is nothing more for now. */
export async function walk(
  db: Queryable,
  walked: Walked,
  {
    read = byChange,
    from = null,
    limit = () => randomInt(1, 51),
  }: { read?: ReadPage; from?: string | null; limit?: () => number } = {},
): Promise<Page> {
  const states: number[] = []
  for (let cursor = from; ;) {
    const page = await read(db, walked, cursor, limit())
    if (page.states.length === 0) return { states, cursor: page.cursor }
    states.push(...page.states)
    cursor = page.cursor
  }
}

/** Waits until every transaction that has begun is finished, also those of other test files in the same server. */
export async function untilAllFinished(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ xact: string }>('select pg_current_xact_id()::text as xact')
  const passed = async (): Promise<boolean> =>
    (await db.query('select where pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8', [rows[0]!.xact]))
      .rowCount === 1
  while (!(await passed())) await sleep(5)
}
