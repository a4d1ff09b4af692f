import { afterEach, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accountFor } from '../../../src/store/embedded/account.js'
import { startEmbeddedPostgres, type EmbeddedPostgresEvent } from '../../../src/store/embedded/index.js'
import {
  ask,
  isRunning,
  killNow,
  makeFolder,
  ownershipOf,
  startMember,
  tidyUp,
  until,
} from '../../support/embedded/members.js'

afterEach(tidyUp)

test('when the gateway is killed the watchdog shuts the server down, and the next start works', async () => {
  const dir = join(makeFolder(), 'postgres')
  const gateway = await startMember(dir, 'owner')
  const pid = gateway.first['pid'] as number
  const watchdog = ownershipOf(dir).watchdog!
  await gateway.kill()
  await until(() => !isRunning(pid) && !isRunning(watchdog.pid))
  const next = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(next).toMatchObject({ fresh: false, adopted: false })
  await next.stop()
})

test('a start at the very moment the gateway is killed works, ten times over', async () => {
  const dir = join(makeFolder(), 'postgres')
  for (let round = 1; round <= 10; round++) {
    const gateway = await startMember(dir, round % 2 === 0 ? 'owner' : 'guest')
    expect(gateway.first).toMatchObject({ up: true })
    await ask(gateway.first as never, `create table round_${round} ()`)
    await gateway.kill()
  }
  const last = await startEmbeddedPostgres({ dir, role: 'guest' })
  const [row] = await ask(last, "select count(*)::text as rounds from pg_class where relname like 'round%'")
  expect(row).toEqual({ rounds: '10' })
  await last.stop()
  expect(isRunning(last.pid)).toBe(false)
})

test('when gateway and watchdog are killed together the next owner adopts the server and guards it anew', async () => {
  const dir = join(makeFolder(), 'postgres')
  const gateway = await startMember(dir, 'owner')
  const pid = gateway.first['pid'] as number
  killNow(ownershipOf(dir).watchdog!.pid)
  await gateway.kill()
  const heir = await startMember(dir, 'owner')
  expect(heir.first).toMatchObject({ adopted: true, pid })
  await heir.kill()
  await until(() => !isRunning(pid))
})

test('when gateway, watchdog and server are killed together the next start recovers', async () => {
  const dir = join(makeFolder(), 'postgres')
  const gateway = await startMember(dir, 'owner')
  await ask(gateway.first as never, "create table letter as select 'kept' as text")
  killNow(ownershipOf(dir).watchdog!.pid)
  killNow(gateway.first['pid'] as number)
  await gateway.kill()
  const next = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(await ask(next, 'select text from letter')).toEqual([{ text: 'kept' }])
  await next.stop()
})

test('an empty lock file of PostgreSQL is cleared', async () => {
  const dir = join(makeFolder(), 'postgres')
  await (await startEmbeddedPostgres({ dir, role: 'owner' })).stop()
  writeFileSync(join(dir, 'cluster', 'postmaster.pid'), '')
  const next = await startEmbeddedPostgres({ dir, role: 'owner' })
  expect(next.adopted).toBe(false)
  await next.stop()
})

test('a lock file of PostgreSQL that names a process of somebody else is cleared', async () => {
  const dir = join(makeFolder(), 'postgres')
  const first = await startEmbeddedPostgres({ dir, role: 'owner' })
  await first.stop()
  const other = spawn('sleep', ['60'], { ...accountFor(join(dir, 'cluster')), cwd: '/', stdio: 'ignore' })
  try {
    const lines = [other.pid, join(dir, 'cluster'), 1, 5432, first.connection.host, '', '1 1', 'ready   ', '']
    writeFileSync(join(dir, 'cluster', 'postmaster.pid'), lines.join('\n'))
    const next = await startEmbeddedPostgres({ dir, role: 'owner' })
    expect(next.adopted).toBe(false)
    await next.stop()
    expect(isRunning(other.pid!)).toBe(true)
  } finally {
    other.kill('SIGKILL')
  }
})

test('a server that dies under its owner comes back with its rows', async () => {
  const dir = join(makeFolder(), 'postgres')
  const events: EmbeddedPostgresEvent[] = []
  const server = await startEmbeddedPostgres({ dir, role: 'owner', onEvent: (event) => events.push(event) })
  const { pid, connection } = server
  await ask(server, "create table letter as select 'kept' as text")
  killNow(pid)
  await until(() => events.some(({ event }) => event === 'embedded.restarted'))
  expect(await ask({ connection }, 'select text from letter')).toEqual([{ text: 'kept' }])
  expect(server.pid).not.toBe(pid)
  expect(events.map(({ event }) => event)).toEqual(['embedded.started', 'embedded.lost', 'embedded.restarted'])
  await server.stop()
  expect(isRunning(server.pid)).toBe(false)
})

test('an adopted server that dies comes back too', async () => {
  const dir = join(makeFolder(), 'postgres')
  const gateway = await startMember(dir, 'owner')
  killNow(ownershipOf(dir).watchdog!.pid)
  await gateway.kill()
  const heir = await startEmbeddedPostgres({ dir, role: 'owner' })
  const { pid } = heir
  killNow(pid)
  await until(() => heir.pid !== pid)
  await until(() => ask(heir, 'select 1').then(() => true, () => false)) // prettier-ignore
  await heir.stop()
})

test('stopping while the server is being restarted leaves nothing behind', async () => {
  const dir = join(makeFolder(), 'postgres')
  const events: string[] = []
  const server = await startEmbeddedPostgres({ dir, role: 'owner', onEvent: ({ event }) => events.push(event) })
  killNow(server.pid)
  await until(() => events.includes('embedded.lost'))
  await server.stop()
  expect(isRunning(server.pid)).toBe(false)
})
