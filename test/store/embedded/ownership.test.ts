import { afterEach, expect, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../../src/store/embedded/index.js'
import { ask, isRunning, makeFolder, ownershipOf, startMember, tidyUp, until } from '../../support/embedded/members.js'

afterEach(tidyUp)

test('two owners and two guests that start at once on an empty folder share one server', async () => {
  const dir = join(makeFolder(), 'postgres')
  const roles = ['owner', 'guest', 'owner', 'guest'] as const
  const members = await Promise.all(roles.map((role) => startMember(dir, role)))
  expect(new Set(members.map(({ first }) => first['pid'])).size).toBe(1)
  expect(members.filter(({ first }) => first['fresh'] === true)).toHaveLength(1)
  for (const member of members) await member.stop()
  expect(isRunning(members[0]!.first['pid'] as number)).toBe(false)
})

test('twenty starts at once within one process share one server', async () => {
  const dir = join(makeFolder(), 'postgres')
  const starts = Array.from({ length: 20 }, () => startEmbeddedPostgres({ dir, role: 'owner' }))
  const servers = await Promise.all(starts)
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1)
  expect(servers.filter(({ fresh }) => fresh)).toHaveLength(1)
  await Promise.all(servers.map((server) => server.stop()))
  expect(isRunning(servers[0]!.pid)).toBe(false)
})

test('a guest beside an owner leaves the server running', async () => {
  const dir = join(makeFolder(), 'postgres')
  const owner = await startEmbeddedPostgres({ dir, role: 'owner' })
  const guest = await startEmbeddedPostgres({ dir, role: 'guest' })
  expect(guest).toMatchObject({ adopted: true, fresh: false, pid: owner.pid, connection: owner.connection })
  await guest.stop()
  expect(await ask(owner, 'select 1::text as one')).toEqual([{ one: '1' }])
  await owner.stop()
  expect(isRunning(guest.pid)).toBe(false)
})

test('a guest killed beside an owner leaves the server running', async () => {
  const dir = join(makeFolder(), 'postgres')
  const owner = await startEmbeddedPostgres({ dir, role: 'owner' })
  await (await startMember(dir, 'guest')).kill()
  expect(await ask(owner, 'select 1::text as one')).toEqual([{ one: '1' }])
  await owner.stop()
})

test('a guest alone starts the server and stops it again', async () => {
  const dir = join(makeFolder(), 'postgres')
  const guest = await startEmbeddedPostgres({ dir, role: 'guest' })
  expect(guest).toMatchObject({ adopted: false, fresh: true })
  await guest.stop()
  expect(isRunning(guest.pid)).toBe(false)
})

test('an owner takes over from a guest, whose end then leaves the server up', async () => {
  const dir = join(makeFolder(), 'postgres')
  const guest = await startMember(dir, 'guest')
  const watchdog = ownershipOf(dir).watchdog!
  const owner = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(owner).toMatchObject({ adopted: true, pid: guest.first['pid'] })
  expect(isRunning(watchdog.pid)).toBe(false)
  await guest.stop()
  expect(await ask(owner, 'select 1::text as one')).toEqual([{ one: '1' }])
  await owner.stop()
  expect(isRunning(owner.pid)).toBe(false)
})

test('an owner takes over from a guest, and killing that guest leaves the server up', async () => {
  const dir = join(makeFolder(), 'postgres')
  const guest = await startMember(dir, 'guest')
  const owner = await startEmbeddedPostgres({ dir, role: 'owner' })
  await guest.kill()
  expect(await ask(owner, 'select 1::text as one')).toEqual([{ one: '1' }])
  await owner.stop()
})

test('a guest whose server an owner took over does not start it again after the owner stopped it', async () => {
  const dir = join(makeFolder(), 'postgres')
  const guest = await startEmbeddedPostgres({ dir, role: 'guest' })
  const owner = await startMember(dir, 'owner')
  await owner.stop()
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(isRunning(guest.pid)).toBe(false)
  await guest.stop()
})

test('a guest that started the server leaves it to the guests that joined, and the last one stops it', async () => {
  const dir = join(makeFolder(), 'postgres')
  const first = await startMember(dir, 'guest')
  const second = await startMember(dir, 'guest')
  await first.stop()
  expect(isRunning(first.first['pid'] as number)).toBe(true)
  await second.stop()
  expect(isRunning(first.first['pid'] as number)).toBe(false)
})

test('a second owner goes on with the same server when the first one stops', async () => {
  const dir = join(makeFolder(), 'postgres')
  const first = await startMember(dir, 'owner')
  const second = await startEmbeddedPostgres({ dir, role: 'owner' })
  await first.stop()
  expect(await ask(second, 'select 1::text as one')).toEqual([{ one: '1' }])
  expect(second.pid).toBe(first.first['pid'])
  await until(() => ownershipOf(dir).watchdog !== null)
  await second.stop()
  expect(isRunning(second.pid)).toBe(false)
})

test('a second owner brings the server back when the first one is killed', async () => {
  const dir = join(makeFolder(), 'postgres')
  const first = await startMember(dir, 'owner')
  const second = await startEmbeddedPostgres({ dir, role: 'owner' })
  await first.kill()
  await until(() => ownershipOf(dir).members.length === 1)
  await until(() => ask(second, 'select 1').then(() => true, () => false)) // prettier-ignore
  await second.stop()
  expect(isRunning(second.pid)).toBe(false)
})

test('ownership recorded for a process number that now belongs to another process counts for nothing', async () => {
  const dir = join(makeFolder(), 'postgres')
  const recycled = { pid: process.pid, startedAt: 'another boot:1' }
  mkdirSync(dir)
  const book = { owner: 'a', managed: true, watchdog: recycled, members: [{ token: 'a', role: 'owner', ...recycled }] }
  writeFileSync(join(dir, 'ownership.json'), JSON.stringify(book))
  const server = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(ownershipOf(dir).members).toHaveLength(1)
  await server.stop()
})

test('an ownership file that a power cut emptied counts for nothing', async () => {
  const dir = join(makeFolder(), 'postgres')
  mkdirSync(dir)
  writeFileSync(join(dir, 'ownership.json'), '')
  const server = await startEmbeddedPostgres({ dir, role: 'guest' })
  await server.stop()
})
