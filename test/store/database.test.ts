import { afterEach, expect, test } from '@jest/globals'
import { createLogger } from '../../src/log.js'
import { openDatabase, StoreUnavailable, type Database } from '../../src/store/index.js'
import { emptyDatabase, inDatabase, tidyUp } from '../support/gateway-process.js'
import { startDatabaseProxy } from '../flow/process/database-proxy.js'

const POOL_SIZE = 4
const STATEMENT_TIMEOUT_MS = 1_000

let opened: Database | null = null
afterEach(async () => {
  await opened?.close()
  opened = null
  await tidyUp()
})

async function openBehindProxy() {
  const proxy = await startDatabaseProxy()
  const { name, url } = await emptyDatabase()
  await inDatabase(url, (db) => db.query('create table kept (id int primary key)'))
  const db = (opened = openDatabase({
    connection: { connectionString: `postgresql://postgres@127.0.0.1:${proxy.port}/${name}` },
    poolSize: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    log: createLogger({ level: 'silent' }),
  }))
  const keep = (id: number): Promise<number> =>
    db.withTransaction(
      async (tx) => {
        await tx.query('insert into kept values ($1)', [id])
        return id
      },
      async () => (await db.query('select 1 from kept where id = $1', [id])).rowCount === 1,
    )
  const keepAll = () => Promise.all(Array.from({ length: POOL_SIZE }, (_, id) => keep(id)))
  return { proxy, db, keep, keepAll }
}

async function timed<T>(work: Promise<T>): Promise<{ outcome: T | Error; tookMs: number }> {
  const startedAt = performance.now()
  const outcome = await work.catch((error: unknown) => error as Error)
  return { outcome, tookMs: performance.now() - startedAt }
}

test('when every connection of the pool is reset at its commit, each transaction is known to be committed at once', async () => {
  const { proxy, db, keepAll } = await openBehindProxy()
  proxy.loseCommitAnswers({ count: POOL_SIZE, by: 'reset' })
  const { outcome, tookMs } = await timed(keepAll())
  expect(outcome).toEqual([0, 1, 2, 3])
  expect(tookMs).toBeLessThan(3_000)
  expect((await db.query('select from kept')).rowCount).toBe(POOL_SIZE)
})

test('when every connection of the pool falls silent at its commit, each transaction is known to be committed soon after the time limit', async () => {
  const { proxy, keepAll } = await openBehindProxy()
  proxy.loseCommitAnswers({ count: POOL_SIZE, by: 'silence' })
  const { outcome, tookMs } = await timed(keepAll())
  expect(outcome).toEqual([0, 1, 2, 3])
  expect(tookMs).toBeLessThan(STATEMENT_TIMEOUT_MS + 3_000)
})

test('idle connections that are dead too do not keep a commit from being known', async () => {
  const { proxy, db, keep } = await openBehindProxy()
  await Promise.all([1, 2, 3].map(() => db.query('select pg_sleep(0.1)')))
  // One connection falls silent at its commit; the others lie idle then, and lose their way at the same moment.
  proxy.loseCommitAnswers({ count: 1, by: 'silence' })
  const kept = timed(keep(1))
  setTimeout(() => proxy.goSilent(), STATEMENT_TIMEOUT_MS)
  setTimeout(() => proxy.heal(), STATEMENT_TIMEOUT_MS + 1_500)
  const { outcome, tookMs } = await kept
  expect(outcome).toBe(1)
  expect(tookMs).toBeLessThan(STATEMENT_TIMEOUT_MS + 4_000)
})

test('a transaction on a dead network path fails after one time limit, not two', async () => {
  const { proxy, db } = await openBehindProxy()
  const { outcome, tookMs } = await timed(
    db.withTransaction(async (tx) => {
      proxy.goSilent()
      await tx.query('select 1')
    }),
  )
  expect(outcome).toBeInstanceOf(StoreUnavailable)
  expect(tookMs).toBeLessThan(STATEMENT_TIMEOUT_MS + 2_000)
  proxy.heal()
  expect((await db.query('select 1')).rowCount).toBe(1)
})

test('a commit that nobody can confirm is given up after some seconds, however silent the database is', async () => {
  const { proxy, db } = await openBehindProxy()
  const { outcome, tookMs } = await timed(
    db.withTransaction(
      async (tx) => {
        await tx.query('insert into kept values (1)')
        proxy.goSilent()
      },
      async () => (await db.query('select 1 from kept where id = 1')).rowCount === 1,
    ),
  )
  expect(outcome).toBeInstanceOf(StoreUnavailable)
  expect(tookMs).toBeLessThan(STATEMENT_TIMEOUT_MS + 6_000)
})

test('what a failed transaction has done is undone before its connection serves again', async () => {
  const { db, keep } = await openBehindProxy()
  const failing = db.withTransaction(async (tx) => {
    await tx.query('insert into kept values (7)')
    throw new TypeError('no')
  })
  await expect(failing).rejects.toBeInstanceOf(TypeError)
  expect(await keep(7)).toBe(7)
})
