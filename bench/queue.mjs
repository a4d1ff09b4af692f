import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** A connection of the bench's own to the database that a gateway keeps in its data folder. */
export async function openQueue({ dist, dataDir }) {
  const load = (path) => import(pathToFileURL(join(dist, path)).href)
  const { openDatabase, createSealer } = await load('store/index.js')
  const { findPostmaster } = await load('store/embedded/postmaster.js')
  const { loadKeys } = await load('keys/index.js')
  const { sandboxFiles } = await load('sandbox/index.js')
  const { socketFolder: host, port } = findPostmaster(join(dataDir, 'postgres', 'cluster'))
  const connection = { host, port, user: 'postgres', database: 'postgres' }
  const db = openDatabase({ connection, poolSize: 2, statementTimeoutMs: 600_000, log: silent })
  const { identityKeyFile, sealingKeyFile } = sandboxFiles(dataDir)
  return {
    db,
    sealer: createSealer(loadKeys(identityKeyFile, [sealingKeyFile])),
    url: `postgresql://postgres@localhost:${port}/postgres?host=${encodeURIComponent(host)}`,
    now: async () => (await db.query('select now() as now')).rows[0].now,
    close: () => db.close(),
  }
}

/** Nothing is taken until `letQueueGo`. */
export const holdQueue = ({ db }) =>
  db.query(`insert into pause (id, channel, reason, created_by) values (uuidv7(), 'mailbox', 'bench', 'bench')`)

export async function letQueueGo({ db }) {
  await db.query(`delete from pause where created_by = 'bench'`)
  await db.query(`select pg_notify('asti_delivery', '')`)
}

/** Messages with their deliveries as intake leaves them, of the sandbox's service to its person, without the requests. */
export async function fillQueue({ db, sealer }, count) {
  const content = { title: 'Päätös', body: 'Hyvä vastaanottaja.', attachments: [] }
  const seal = (value, purpose) => sealer.seal(JSON.stringify(value), purpose)
  const sealedContent = seal({ ...content, reachabilityEmail: null, reachabilityPhone: null }, 'item.content')
  const sealedRecipient = seal({ id: '010190-900P', idType: 'SSN' }, 'message.recipient')
  await db.withConnection(async (client) => {
    await client.query(
      `create temp table filling as select uuidv7() as item, uuidv7() as message, (g % 1024)::smallint as bucket
       from generate_series(1, ${count}) g`,
    )
    await client.query(
      `insert into item (bucket, id, submission_id, operation, authority_id, service_id, reference, content_sha256,
         sealed_content, requires_acknowledgement, force_read_receipt, sent_at, environment)
       select bucket, item, uuidv7(), 'sendMessage', 'demo_ws', 'demo_ws_1', 'bench-' || item, '\\x00', $1, false, false,
         now(), 'test' from filling`,
      [sealedContent],
    )
    await client.query(
      `insert into message (bucket, id, item_id, number, recipient_hash, sealed_recipient, id_type, thread_id, state, state_at)
       select bucket, message, item, nextval('message_number') * 1024 + bucket, $1, $2, 'SSN', message, 202, now() from filling`,
      [sealer.hashId('010190-900P'), sealedRecipient],
    )
    await client.query(
      `insert into delivery (bucket, id, message_id, channel, purpose, state, authority_id, service_id, environment)
       select bucket, uuidv7(), message, 'mailbox', 'message', 'ready', 'demo_ws', 'demo_ws_1', 'test' from filling`,
    )
    await client.query('drop table filling')
    await client.query('analyze item, message, delivery')
  })
}

/** What has not been delivered yet. */
export const countReady = async ({ db }) =>
  (await db.query(`select count(*)::int as n from delivery where state in ('ready', 'leased', 'scheduled')`)).rows[0].n

/** Milliseconds from the end of storing a letter to the beginning of its first attempt. */
export const pickUpDelays = async ({ db }, since) =>
  (
    await db.query(
      `select extract(epoch from min(a.started_at) - min(s.answered_at))::float8 * 1000 as ms
       from submission s join item i on i.submission_id = s.id join message m on m.bucket = i.bucket and m.item_id = i.id
       join delivery d on d.bucket = m.bucket and d.message_id = m.id and d.channel = 'mailbox'
       join attempt a on a.bucket = d.bucket and a.delivery_id = d.id
       where s.received_at > $1 group by d.id`,
      [since],
    )
  ).rows.map(({ ms }) => ms)
