import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { join } from 'node:path'
import pg from 'pg'
import { assertDurable, startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/store/embedded/index.js'
import { makeFolder, tidyUp } from '../../support/embedded/members.js'

let server: EmbeddedPostgres
beforeAll(async () => {
  server = await startEmbeddedPostgres({ dir: join(makeFolder(), 'postgres'), role: 'owner' })
})
afterAll(async () => {
  await server.stop()
  await tidyUp()
})

async function assertAfter(statement: string): Promise<void> {
  const client = new pg.Client(server.connection)
  await client.connect()
  try {
    await client.query(statement)
    await assertDurable((sql) => client.query<Record<string, string>>(sql))
  } finally {
    await client.end()
  }
}

test.each(['on', 'local', 'remote_write', 'remote_apply'])(
  'a server that commits with synchronous_commit %s is durable',
  async (value) => {
    await assertAfter(`set synchronous_commit = '${value}'`)
  },
)

test('a server that commits before the flush is refused', async () => {
  await expect(assertAfter("set synchronous_commit = 'off'")).rejects.toMatchObject({ code: 'STORE_NOT_DURABLE' })
})

test('everything that is wrong is named at once', async () => {
  const rows = [{ fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', data_checksums: 'off' }]
  const refusal = await assertDurable(() => Promise.resolve({ rows })).catch((error: unknown) => error)
  for (const name of Object.keys(rows[0]!)) expect((refusal as Error).message).toContain(name)
})

test.each([
  ['on', true],
  ['remote_apply', true],
  ['remote_write', false],
  ['local', false],
])('with synchronous standbys synchronous_commit %s is durable: %s', async (synchronous_commit, durable) => {
  const on = { fsync: 'on', full_page_writes: 'on', data_checksums: 'on' }
  const rows = [{ ...on, synchronous_commit, synchronous_standby_names: 'ANY 1 (a, b)' }]
  const outcome = await assertDurable(() => Promise.resolve({ rows })).then(
    () => true,
    () => false,
  )
  expect(outcome).toBe(durable)
})
