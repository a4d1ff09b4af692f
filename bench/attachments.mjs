// node --expose-gc bench/attachments.mjs, after a build: what looking at an attachment costs, and reading eight of 10 MiB
// at once by rows and by COPY, on a PostgreSQL of its own (docs/attachments.md).
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
import { deflateRawSync } from 'node:zlib'
import { uuidv7 } from 'uuidv7'
import { createLogger } from '../dist/log.js'
import { shownType } from '../dist/operations/shown-type.js'
import { attachments, openDatabase, startEmbeddedPostgres } from '../dist/store/index.js'

const MiB = 1024 * 1024
const pdf = (size) => Buffer.concat([Buffer.from('%PDF-1.4\n%\xe2\xe3\n', 'latin1'), randomBytes(size)])

/** A zip whose directory has so many entries without names of a document. */
function wideZip(count) {
  const row = Buffer.alloc(54, ' ')
  row.fill(0, 0, 46).write('PK\x01\x02', 'latin1')
  row.writeUInt16LE(8, 28)
  const rows = Array.from({ length: count }, (_, i) => {
    const one = Buffer.from(row)
    one.write(String(i).padStart(8, '0'), 46)
    return one
  })
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(4, 16)
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), ...rows, end])
}

async function benchLooking() {
  const gzip = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    deflateRawSync(Buffer.alloc(50 * MiB)),
  ])
  const cases = [
    ['PDF, 1 MiB', pdf(MiB), 'application/pdf'],
    ['PDF, 10 MiB', pdf(10 * MiB), 'application/pdf'],
    ['no type at all, 10 MiB', randomBytes(10 * MiB), 'application/pdf'],
    ['text, 1 MiB', Buffer.alloc(MiB, 'a'), 'text/plain'],
    ['text, 10 MiB', Buffer.alloc(10 * MiB, 'a'), 'text/plain'],
    ['zip without a directory, 10 MiB', Buffer.alloc(10 * MiB, 'PK\x03\x04', 'latin1'), 'application/pdf'],
    ['zip of 60,000 entries', wideZip(60_000), 'application/pdf'],
    ['gzip of 50 MiB of nothing', gzip, 'application/pdf'],
  ]
  for (const [name, content, stated] of cases) {
    const times = []
    for (let i = 0; i < 21; i++) {
      const startedAt = performance.now()
      await shownType(content, stated)
      times.push(performance.now() - startedAt)
    }
    console.log(`looking  ${name.padEnd(34)} ${times.sort((a, b) => a - b)[10].toFixed(2)} ms`)
  }
}

async function benchReading(folder) {
  const log = createLogger({ level: 'silent' })
  const server = await startEmbeddedPostgres({ dir: join(folder, 'pg'), role: 'owner', log })
  const db = openDatabase({ connection: server.connection, poolSize: 10, statementTimeoutMs: 60_000, log })
  try {
    await db.query(
      'create table attachment_data (bucket smallint, attachment_id uuid, seq int, body bytea, primary key (bucket, attachment_id, seq))',
    )
    await db.query('alter table attachment_data alter body set storage external')
    const content = randomBytes(10 * MiB)
    const sha256 = createHash('sha256').update(content).digest()
    const keys = Array.from({ length: 8 }, () => ({ bucket: 1, attachmentId: uuidv7() }))
    for (const key of keys) await db.withTransaction((tx) => attachments.insertAttachmentData(tx, key, content))
    const rows = { query: (text, values) => db.query(text, values) }
    for (const [name, from] of [0, 1, 2].flatMap(() => [
      ['rows', rows],
      ['COPY', db],
    ]))
      await readAll(
        name,
        keys.map((key) => attachments.readAttachmentData(from, key, sha256)),
      )
  } finally {
    await db.close()
    await server.stop()
  }
}

async function readAll(name, readers) {
  globalThis.gc?.()
  const before = [process.memoryUsage().rss, process.cpuUsage(), performance.now()]
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  let size = 0
  await Promise.all(
    readers.map(async (reader) => {
      for await (const chunk of reader) size += chunk.length
    }),
  )
  clearInterval(timer)
  const { user, system } = process.cpuUsage(before[1])
  const ms = performance.now() - before[2]
  const [cpu, rss] = [(user + system) / 1000, Math.max(0, peak - before[0]) / MiB].map(Math.round)
  console.log(
    `reading  8 × 10 MiB by ${name}  ${Math.round(ms)} ms, CPU ${cpu} ms, memory above start ${rss} MiB, ${size} bytes`,
  )
}

const folder = mkdtempSync(join(tmpdir(), 'asti-attachments-'))
try {
  await benchLooking()
  await benchReading(folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
