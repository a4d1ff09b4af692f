import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { uuidv7 } from 'uuidv7'
import { createLogger } from '../../src/log.js'
import { attachments, ensurePartitions, evidence, openDatabase, type Database } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'

let gateway: TestGateway
beforeAll(async () => (gateway = await startGateway()))
afterAll(() => gateway.close())

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

async function readAll(key: { bucket: number; attachmentId: string }, hash: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of attachments.readAttachmentData(gateway.db, key, hash)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test.each([0, 1, attachments.CHUNK_BYTES, attachments.CHUNK_BYTES + 1, 3 * attachments.CHUNK_BYTES])(
  'an attachment of %i bytes comes back as it was',
  async (size) => {
    const content = randomBytes(size)
    const key = { bucket: 7, attachmentId: uuidv7() }
    await gateway.db.withTransaction((tx) => attachments.insertAttachmentData(tx, key, content))
    expect((await readAll(key, sha256(content))).equals(content)).toBe(true)
  },
)

test('an attachment read inside a transaction is the same, row by row', async () => {
  const content = randomBytes(600_000)
  const key = { bucket: 7, attachmentId: uuidv7() }
  const chunks = await gateway.db.withTransaction(async (tx) => {
    await attachments.insertAttachmentData(tx, key, content)
    const chunks: Buffer[] = []
    for await (const chunk of attachments.readAttachmentData(tx, key, sha256(content))) chunks.push(chunk)
    return chunks
  })
  expect(Buffer.concat(chunks).equals(content)).toBe(true)
})

describe('one connection for all readers', () => {
  let narrow: Database
  const key = { bucket: 9, attachmentId: uuidv7() }
  const content = randomBytes(20 * attachments.CHUNK_BYTES)
  beforeAll(async () => {
    const log = createLogger({ level: 'silent' })
    const connection = { connectionString: gateway.databaseUrl }
    narrow = openDatabase({ connection, poolSize: 1, statementTimeoutMs: 400, log })
    await gateway.db.withTransaction((tx) => attachments.insertAttachmentData(tx, key, content))
  })
  afterAll(() => narrow.close())
  const read = () => attachments.readAttachmentData(narrow, key, sha256(content))

  test('a reader that is slow, or goes away in the middle, keeps it from nobody', async () => {
    const slow = read()
    await slow.next()
    expect((await narrow.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    for await (const chunk of read()) if (chunk.length > 0) break
    const sizes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        let size = 0
        for await (const chunk of read()) size += chunk.length
        return size
      }),
    )
    expect(new Set(sizes)).toEqual(new Set([content.length]))
    await slow.return(undefined)
  })

  test('it outlives the time limit of a query without an error that nobody expects', async () => {
    for await (const chunk of read()) if (chunk.length === 0) throw new Error('An empty row')
    await sleep(1_800)
    expect((await narrow.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('a connection that is cut while it reads is trouble of the store, and the next reader gets a new one', async () => {
    const reader = read()
    await reader.next()
    await gateway.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like 'copy (select body%'`,
    )
    await sleep(100)
    const rest = (async () => {
      for await (const chunk of reader) expect(chunk.length).toBeGreaterThan(0)
    })()
    await rest.catch((error: unknown) => expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' }))
    let size = 0
    for await (const chunk of read()) size += chunk.length
    expect(size).toBe(content.length)
  })

  test('a read that waits longer than a query may is ended, and its connection closed', async () => {
    const lock = gateway.db.withTransaction(async (tx) => {
      await tx.query('lock table attachment_data in access exclusive mode')
      await sleep(2_500)
    })
    await sleep(200)
    await expect(read().next()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await lock
    expect((await read().next()).done).toBe(false)
  })
})

test('what is no id of an attachment never becomes a part of a statement', async () => {
  const key = { bucket: 7, attachmentId: `' or true --` }
  await expect(readAll(key, sha256(Buffer.alloc(0)))).rejects.toBeInstanceOf(TypeError)
})

test('an attachment that was damaged at rest is not handed out as if it were whole', async () => {
  const content = randomBytes(600_000)
  const key = { bucket: 8, attachmentId: uuidv7() }
  await gateway.db.withTransaction((tx) => attachments.insertAttachmentData(tx, key, content))
  await gateway.db.query(
    `update attachment_data set body = set_byte(body, 100, 255 - get_byte(body, 100)) where attachment_id = $1 and seq = 1`,
    [key.attachmentId],
  )
  await expect(readAll(key, sha256(content))).rejects.toMatchObject({ code: 'ATTACHMENT_DAMAGED' })
})

test('evidence is byte for byte what was sent, also where an attachment was not written as plain base64', async () => {
  const content = randomBytes(20_000)
  const plain = content.toString('base64')
  const folded = plain.replace(/.{76}/g, '$&\r\n')
  const raw = Buffer.from(`<a>${plain}</a><b>${folded}</b>`)
  const part = (text: string) => ({
    start: raw.indexOf(text),
    end: raw.indexOf(text) + text.length,
    bucket: 9,
    attachmentId: uuidv7(),
    content,
  })
  const parts = [part(plain), part(folded)]
  const id = uuidv7()
  await gateway.db.withTransaction(async (tx) => {
    for (const { bucket, attachmentId } of parts) {
      await tx.query('insert into attachment (bucket, id, item_id, position, sha256) values ($1, $2, $2, 0, $3)', [
        bucket,
        attachmentId,
        sha256(content),
      ])
      await attachments.insertAttachmentData(tx, { bucket, attachmentId }, content)
    }
    await evidence.insertEvidence(tx, gateway.runtime.sealer, id, raw, parts)
  })
  expect(raw.equals((await evidence.readEvidence(gateway.db, gateway.runtime.sealer, id))!)).toBe(true)
  const { rows } = await gateway.db.query<{ n: number }>(
    'select count(attachment_id)::int as n from submission_evidence where submission_id = $1',
    [id],
  )
  expect(rows[0]!.n).toBe(1)
})

test('partitions of a month are made once, by however many processes, and hold the ids of that month', async () => {
  const month = new Date('2031-05-17T00:00:00Z')
  await Promise.all([1, 2, 3].map(() => ensurePartitions(gateway.db, month, 0).catch((error: unknown) => error)))
  await ensurePartitions(gateway.db, month, 0)
  const { rows } = await gateway.db.query<{ name: string }>(
    `select relname as name from pg_class where relname like 'submission_2031%' and relkind = 'r' order by 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual(['submission_2031_05'])
})

test('a row of a month to come, from a clock that was ahead, keeps no gateway from starting', async () => {
  const id = '0f000000-0000-7000-8000-000000000001'
  const ahead = new Date(parseInt('0f0000000000', 16))
  await gateway.db.query(
    `insert into submission (id, received_at, answered_at, endpoint, outcome, size_bytes) values ($1, now(), now(), 'signed', 'accepted', 1)`,
    [id],
  )
  await expect(ensurePartitions(gateway.db, ahead, 1)).resolves.toBeUndefined()
  expect(await gateway.submission(id)).not.toBeNull()
})
