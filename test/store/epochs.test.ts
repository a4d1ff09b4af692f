import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { changes, migrate } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import {
  addEvent,
  byChange,
  connect,
  newWalked,
  untilAllFinished,
  walk,
  type Connection,
  type Walked,
} from './change-walk.js'

let gateway: TestGateway
let walked: Walked
const opened: Connection[] = []
const open = async (): Promise<Connection> => {
  const one = await connect(gateway)
  opened.push(one)
  return one
}
beforeEach(async () => {
  gateway = await startGateway()
  walked = await newWalked(gateway)
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.end()))
  await gateway.close()
})

const add = (count = 1): Promise<number[]> =>
  gateway.db.withTransaction(async (tx) => {
    const list = []
    for (let n = 0; n < count; n++) list.push(await addEvent(tx, walked))
    return list
  })
const migrateAgain = (): Promise<string[]> => migrate(gateway.db, new Date())
const epochs = async (): Promise<number[]> =>
  (await gateway.db.query<{ epoch: number }>('select epoch from change_epoch order by epoch')).rows.map(
    ({ epoch }) => epoch,
  )

/** As a dump finds itself in a cluster that is younger than the one it came from: there, numbers were higher. */
async function restoreElsewhere(xact = '9000000000000000000'): Promise<void> {
  await gateway.db.query('update state_event set xact = $1::text::xid8', [xact])
  await gateway.db.query(
    `update change_epoch set cluster = 'another:1' where epoch = (select max(epoch) from change_epoch)`,
  )
}

test('an epoch lasts as long as the cluster, however often and on however many processes the gateway starts', async () => {
  expect(await epochs()).toEqual([1])
  await Promise.all(Array.from({ length: 5 }, migrateAgain))
  expect(await epochs()).toEqual([1])
  await restoreElsewhere()
  await Promise.all(Array.from({ length: 5 }, migrateAgain))
  const [first, second, ...others] = await epochs()
  expect([first, others]).toEqual([1, []])
  expect(second).toBeGreaterThan(1)
})

test('in a restored cluster, who had read everything sees all that is new, and nothing twice', async () => {
  await add(5)
  await restoreElsewhere()
  await migrateAgain()
  const old = await walk(gateway.db, walked)
  expect(old.states).toHaveLength(5)
  const news = [...(await add(3)), ...(await add(2))]
  await untilAllFinished(gateway.db)
  expect((await walk(gateway.db, walked, { from: old.cursor })).states).toEqual(news)
  expect((await walk(gateway.db, walked)).states).toEqual([...old.states, ...news])
})

test('without a new epoch they would all stand behind the cursor: these tests would notice', async () => {
  await add(5)
  await restoreElsewhere()
  await migrateAgain()
  const { cursor } = await walk(gateway.db, walked)
  await gateway.db.query('delete from change_epoch where epoch > 1')
  await add(3)
  await gateway.db.query(`insert into change_epoch (epoch, cluster) values (2, 'any')`)
  await untilAllFinished(gateway.db)
  expect((await walk(gateway.db, walked, { from: cursor })).states).toEqual([])
})

test('who was in the middle of the old ones goes on there, and then to the new ones', async () => {
  const before = await add(6)
  await restoreElsewhere()
  await migrateAgain()
  const after = await add(2)
  await untilAllFinished(gateway.db)
  const first = await byChange(gateway.db, walked, null, 3)
  const second = await byChange(gateway.db, walked, first.cursor, 4)
  const third = await byChange(gateway.db, walked, second.cursor, 4)
  expect([first.states, second.states, third.states]).toEqual([
    before.slice(0, 3),
    [...before.slice(3), after[0]],
    [after[1]],
  ])
})

test('a database may be restored again and again', async () => {
  const all: number[] = []
  let cursor: string | null = null
  for (let life = 1; life <= 4; life++) {
    all.push(...(await add(2)))
    await untilAllFinished(gateway.db)
    const page = await walk(gateway.db, walked, { from: cursor })
    expect(page.states).toEqual(all.slice(-2))
    await restoreElsewhere(String(9_000_000_000_000_000_000n - BigInt(life)))
    await migrateAgain()
    expect(await epochs()).toHaveLength(life + 1)
    // The cursor was given before the numbers were changed here; a real one would hold those.
    cursor = (await walk(gateway.db, walked)).cursor
  }
  expect((await walk(gateway.db, walked)).states).toEqual(all)
})

test('of two lives after one dump each has a number of its own, and a cursor that holds it', async () => {
  const TENS_MS = 10_000
  const before = Math.floor(Date.now() / TENS_MS)
  await restoreElsewhere()
  await migrateAgain()
  const [, epoch] = await epochs()
  expect(epoch).toBeGreaterThanOrEqual(before)
  expect(epoch).toBeLessThanOrEqual(Date.now() / TENS_MS + 1)
  await add(1)
  await untilAllFinished(gateway.db)
  const { cursor } = await walk(gateway.db, walked)
  expect(changes.readCursor(cursor)).toMatchObject({ epoch })
  // Where a number was given that is still to come, the next one follows it.
  await gateway.db.query('update change_epoch set epoch = 900000000 where epoch = $1', [epoch])
  await restoreElsewhere()
  await migrateAgain()
  expect((await epochs()).at(-1)).toBe(900_000_001)
})

test('a change that is still being written when an epoch begins is not passed over', async () => {
  const [slow, quick] = [await open(), await open()]
  await slow.query('begin')
  const first = await addEvent(slow, walked)
  await quick.query('begin')
  const second = await addEvent(quick, walked)
  await quick.query('commit')
  // A promoted standby: the same rows and numbers, another timeline.
  await quick.query(`update change_epoch set cluster = 'another:1'`)
  const progress = { isMigrated: false }
  const migrated = migrateAgain().then(() => (progress.isMigrated = true))
  const waits = async (): Promise<boolean> =>
    (
      await quick.query(
        `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
      )
    ).rowCount! > 0
  while (!progress.isMigrated && !(await waits())) await sleep(5)
  const during = await walk(quick, walked)
  await slow.query('commit')
  await migrated
  await untilAllFinished(gateway.db)
  const after = await walk(quick, walked, { from: during.cursor })
  expect([...during.states, ...after.states].sort()).toEqual([first, second])
})
