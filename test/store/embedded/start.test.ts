import { afterEach, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../../../src/store/embedded/index.js'
import { sharedMemorySettings } from '../../../src/store/embedded/settings.js'
import { ask, isRunning, makeFolder, tidyUp } from '../../support/embedded/members.js'

afterEach(tidyUp)

test('a restart finds the rows of the first start', async () => {
  const dir = join(makeFolder(), 'postgres')
  const first = await startEmbeddedPostgres({ dir, role: 'owner' })
  await ask(first, "create table letter as select 'kept' as text")
  await first.stop()
  const second = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(await ask(second, 'select text from letter')).toEqual([{ text: 'kept' }])
  expect([first.fresh, first.adopted, second.fresh, second.adopted]).toEqual([true, false, false, false])
  await second.stop()
})

test('after stop no process is left and stop may be called again', async () => {
  const dir = join(makeFolder(), 'postgres')
  const server = await startEmbeddedPostgres({ dir, role: 'owner' })
  const { pid } = server
  await server.stop()
  await server.stop()
  expect(isRunning(pid)).toBe(false)
  expect(existsSync(server.connection.host)).toBe(false)
})

test('the server listens on a private socket, compares by code point, keeps UTC and checks its pages', async () => {
  const dir = join(makeFolder(), 'postgres')
  const server = await startEmbeddedPostgres({ dir, role: 'owner' })
  const [settings] = await ask(
    server,
    `select current_setting('listen_addresses') as addresses, current_setting('timezone') as timezone,
      current_setting('server_encoding') as encoding, current_setting('data_checksums') as checksums,
      ('Z' < 'a' and 'ä' > 'z')::text as code_points, ('ä' collate "fi-x-icu" < 'ö')::text as finnish`,
  )
  const expected = { addresses: '', timezone: 'UTC', encoding: 'UTF8', checksums: 'on' }
  expect(settings).toEqual({ ...expected, code_points: 'true', finnish: 'true' })
  expect(statSync(server.connection.host).mode & 0o777).toBe(0o700)
  await server.stop()
})

test('values of rows and statements never reach the log of the server', async () => {
  const dir = join(makeFolder(), 'postgres')
  const server = await startEmbeddedPostgres({ dir, role: 'owner' })
  await ask(server, 'create table person (code text primary key)')
  await ask(server, "insert into person values ('010190-900Z')")
  await expect(ask(server, "insert into person values ('010190-900Z')")).rejects.toMatchObject({ code: '23505' })
  await expect(ask(server, "select '010190-900Z'::int")).rejects.toMatchObject({ code: '22P02' })
  await ask(server, "do $$ begin raise warning '010190-900Z'; end $$")
  await server.stop()
  const log = readFileSync(join(dir, 'postgres.log'), 'utf8')
  expect(log).toContain('ready to accept connections')
  expect(log).not.toContain('010190')
})

test('a path too long for a socket gets a short socket folder elsewhere', async () => {
  const dir = join(makeFolder(), 'long-'.repeat(30), 'postgres')
  const server = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(server.connection.host.length).toBeLessThan(90)
  expect(await ask(server, 'select 1::text as one')).toEqual([{ one: '1' }])
  await server.stop()
})

test('a folder that an interrupted initdb left is no obstacle', async () => {
  const dir = join(makeFolder(), 'postgres')
  mkdirSync(join(dir, 'cluster.new-4711', 'base'), { recursive: true })
  writeFileSync(join(dir, 'cluster.new-4711', 'PG_VERSION'), '18\n')
  const server = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(server.fresh).toBe(true)
  expect(readdirSync(dir).filter((name) => name.startsWith('cluster'))).toEqual(['cluster'])
  await server.stop()
})

test('a database of another major version is refused with a way out', async () => {
  const dir = join(makeFolder(), 'postgres')
  mkdirSync(join(dir, 'cluster'), { recursive: true })
  writeFileSync(join(dir, 'cluster', 'PG_VERSION'), '17\n')
  const refusal = await startEmbeddedPostgres({ dir, role: 'owner' }).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(EmbeddedPostgresError)
  expect(refusal).toMatchObject({ code: 'EMBEDDED_POSTGRES', message: expect.stringMatching(/17.*18.*DATABASE_URL/s) })
})

test('a folder of somebody else where the cluster belongs is left as it is', async () => {
  const dir = join(makeFolder(), 'postgres')
  mkdirSync(join(dir, 'cluster'), { recursive: true })
  writeFileSync(join(dir, 'cluster', 'holiday.jpg'), 'x')
  await expect(startEmbeddedPostgres({ dir, role: 'owner' })).rejects.toMatchObject({ code: 'EMBEDDED_POSTGRES' })
  expect(readdirSync(join(dir, 'cluster'))).toEqual(['holiday.jpg'])
  expect(readdirSync(dir).filter((name) => name.startsWith('cluster'))).toEqual(['cluster'])
})

test('settings that could lose rows are refused and leave no server running', async () => {
  const dir = join(makeFolder(), 'postgres')
  const start = startEmbeddedPostgres({ dir, role: 'owner', settings: { fsync: 'off' } })
  await expect(start).rejects.toMatchObject({ code: 'STORE_NOT_DURABLE' })
  expect(existsSync(join(dir, 'cluster', 'postmaster.pid'))).toBe(false)
})

test('settings PostgreSQL does not know are named in the refusal', async () => {
  const dir = join(makeFolder(), 'postgres')
  const start = startEmbeddedPostgres({ dir, role: 'owner', settings: { no_such_setting: '1' } })
  await expect(start).rejects.toMatchObject({
    code: 'EMBEDDED_POSTGRES',
    message: expect.stringContaining('no_such_setting'),
  })
})

test('without shared memory the server keeps its own in the cluster', async () => {
  expect(sharedMemorySettings('/no/such/folder')).toEqual({ dynamic_shared_memory_type: 'mmap' })
  const dir = join(makeFolder(), 'postgres')
  const server = await startEmbeddedPostgres({ dir, role: 'owner', settings: sharedMemorySettings('/no/such/folder') })
  await ask(server, "set debug_parallel_query = 'on'; select count(*) from pg_class")
  await server.stop()
})
