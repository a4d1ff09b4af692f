import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createSecretKey, randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { createLogger } from '../../src/log.js'
import { changes, createSealer, ensurePartitions, migrate, openDatabase, registrations } from '../../src/store/index.js'
import type { Database } from '../../src/store/index.js'
import { read } from '../shape/sources.js'
import { emptyDatabase, tidyUp } from '../support/gateway-process.js'
import { untilAllFinished } from './change-walk.js'

const OLD = ['0001_message-log', '0002_trust']
const NEW = '0003_joining'

let db: Database
beforeAll(async () => {
  const { url } = await emptyDatabase()
  const log = createLogger({ level: 'silent' })
  db = openDatabase({ connection: { connectionString: url }, poolSize: 2, statementTimeoutMs: 30_000, log })
  await buildOld()
  for (const service of Object.values(services)) await fill(service)
  // Later ones follow in the same go, as on a real database.
  expect((await migrate(db, new Date()))[0]).toBe(NEW)
  await untilAllFinished(db)
})
afterAll(async () => {
  await db.close()
  await tidyUp()
})

/** The database as it was: what was published is not changed any more, so its files are what ran then. */
async function buildOld(): Promise<void> {
  await db.query(
    'create table schema_migration (id serial primary key, name varchar(255) not null, run_on timestamp not null)',
  )
  for (const name of OLD) {
    await db.query(read(`src/store/migrations/${name}.sql`))
    await db.query('insert into schema_migration (name, run_on) values ($1, now())', [name])
  }
  await ensurePartitions(db, new Date())
}

/** A service with what it had sent: one message that is delivered and one that waits. */
const services = {
  test: { environment: 'test', authorityId: 'kunta_ws', id: 'kunta_ws_1', messages: messageIds() },
  production: { environment: 'production', authorityId: 'kunta_ws', id: 'kunta_ws_2', messages: messageIds() },
} as const
type Old = (typeof services)['test' | 'production']

function messageIds() {
  return [202, 200].map((state) => ({ id: uuidv7(), deliveryId: uuidv7(), events: [uuidv7(), uuidv7()], state }))
}

const owner = { hash: randomBytes(32) }

async function fill({ environment, authorityId, id, messages }: Old): Promise<void> {
  const run = (sql: string, ...values: unknown[]) => db.query(sql, values)
  const [itemId, submissionId, hash] = [uuidv7(), uuidv7(), randomBytes(32)]
  await run('insert into authority (id, name) values ($1, $2) on conflict do nothing', authorityId, 'Kunta')
  await run(
    'insert into service (authority_id, id, name, environment) values ($1, $2, $3, $4)',
    authorityId,
    id,
    `Palvelu ${id}`,
    environment,
  )
  await run(
    `insert into account (owner_hash, id_type, sealed_owner, state) values ($1, 'SSN', $1, 'active') on conflict do nothing`,
    owner.hash,
  )
  await run(
    `insert into submission (id, received_at, answered_at, endpoint, outcome, authority_id, service_id, exchange_id, size_bytes)
     values ($1, now(), now(), 'signed', 'accepted', $2, $3, 'sanoma-1', 1)`,
    submissionId,
    authorityId,
    id,
  )
  await run(
    `insert into item (bucket, id, submission_id, operation, authority_id, service_id, content_sha256, sealed_content,
       requires_acknowledgement, force_read_receipt, sent_at) values (7, $1, $2, 'addItems', $3, $4, $5, $5, false, false, now())`,
    itemId,
    submissionId,
    authorityId,
    id,
    hash,
  )
  for (const message of messages) {
    await run(
      `insert into message (bucket, id, item_id, number, recipient_hash, sealed_recipient, thread_id, state, state_at)
       values (7, $1, $2, nextval('message_number') * 1024 + 7, $3, $3, $1, $4, now())`,
      message.id,
      itemId,
      hash,
      message.state,
    )
    for (const [n, eventId] of message.events.entries())
      await run(
        `insert into state_event (bucket, id, message_id, state, at, source) values (7, $1, $2, $3, now(), 'intake')`,
        eventId,
        message.id,
        n === 0 ? 202 : 200,
      )
    await run(
      `insert into delivery (bucket, id, message_id, channel, state) values (7, $1, $2, 'mailbox', $3)`,
      message.deliveryId,
      message.id,
      message.state === 200 ? 'delivered' : 'ready',
    )
  }
}

const rowsOf = async (sql: string): Promise<object[]> => (await db.query(sql)).rows

test('services that were in use are open where they acted, and lack nothing for it', async () => {
  const rows = await rowsOf(
    'select id, environment, state, suspended_from, state_reason, state_at is not null as "hasTime" from service order by id',
  )
  const both = { suspended_from: null, state_reason: null, hasTime: true }
  expect(rows).toEqual([
    { id: 'kunta_ws_1', environment: 'test', state: 'test', ...both },
    { id: 'kunta_ws_2', environment: 'production', state: 'production', ...both },
  ])
})

test('a new service has to say its state, and one that is suspended from where', async () => {
  const insert = (columns: string, values: string) =>
    db.query(
      `insert into service (authority_id, id, name, environment${columns}) values ('kunta_ws', 'x', 'x', 'test'${values})`,
    )
  await expect(insert('', '')).rejects.toMatchObject({ code: '23502' })
  await expect(insert(', state', `, 'open'`)).rejects.toMatchObject({ code: '23514' })
  await expect(insert(', state', `, 'suspended'`)).rejects.toMatchObject({ code: '23514' })
  await expect(insert(', state, suspended_from', `, 'test', 'test'`)).rejects.toMatchObject({ code: '23514' })
  await expect(insert(', state, suspended_from', `, 'suspended', 'draft'`)).rejects.toMatchObject({ code: '23514' })
})

test('every service has a registration that knows its names and nothing else yet', async () => {
  const sealer = createSealer({
    identityKey: createSecretKey(randomBytes(32)),
    sealingKeys: [createSecretKey(randomBytes(32))],
  })
  for (const { authorityId, id, environment } of Object.values(services)) {
    const found = await registrations.findRegistration(db, sealer, { authorityId, id })
    expect(found).toMatchObject({
      environment,
      authorityNames: { fi: 'Kunta', sv: null, en: null },
      serviceNames: { fi: `Palvelu ${id}` },
      businessId: null,
      process: {},
      wishes: {},
      approvals: [],
      revision: 1,
    })
    expect(found!.contacts.reveal()).toEqual([])
  }
})

test('items, deliveries and state events are those of their service, on the side that it acts on', async () => {
  for (const { authorityId, id, environment, messages } of Object.values(services)) {
    const own = `authority_id = '${authorityId}' and service_id = '${id}'`
    expect(await rowsOf(`select environment from item where ${own}`)).toEqual([{ environment }])
    const deliveries = await rowsOf(`select id, state, environment from delivery where ${own} order by id`)
    expect(deliveries).toEqual([
      { id: messages[0]!.deliveryId, state: 'ready', environment },
      { id: messages[1]!.deliveryId, state: 'delivered', environment },
    ])
    const events = await rowsOf(`select id, epoch from state_event where ${own} order by id`)
    expect(events).toEqual(messages.flatMap((message) => message.events.map((event) => ({ id: event, epoch: 1 }))))
  }
})

test('old changes are read by whoever begins to walk, once, and new ones after them', async () => {
  const { authorityId, id, messages } = services.production
  const seen: string[] = []
  let cursor = changes.firstCursor(null)
  for (;;) {
    const [change] = await changes.listChanges(db, { authorityId, id }, { cursor, limit: 1 })
    if (change === undefined) break
    seen.push(change.eventId)
    cursor = { ...cursor, ...change }
  }
  expect(seen).toEqual(messages.flatMap((message) => message.events).sort())
})

test('the epoch is that of this cluster: another start of the gateway begins none', async () => {
  expect(await migrate(db, new Date())).toEqual([])
  expect(await rowsOf('select epoch from change_epoch')).toEqual([{ epoch: 1 }])
})

test('an old account is kept, and its side is left to whoever can open its owner', async () => {
  expect(await rowsOf('select state, environment from account')).toEqual([{ state: 'active', environment: null }])
})

test('the message log knows a third endpoint, and still no fourth', async () => {
  const insert = (endpoint: string) =>
    db.query(
      `insert into submission (id, received_at, answered_at, endpoint, outcome, size_bytes) values ($1, now(), now(), $2, 'refused', 0)`,
      [uuidv7(), endpoint],
    )
  for (const endpoint of ['signed', 'non-signed', 'joining']) expect((await insert(endpoint)).rowCount).toBe(1)
  await expect(insert('other')).rejects.toMatchObject({ code: '23514' })
})
