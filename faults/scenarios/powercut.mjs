import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAlone } from '../alone.mjs'
import { createLedger, startClients } from '../clients.mjs'
import { countViolations } from '../count.mjs'
import { mount, shell } from '../mounts.mjs'
import { silent } from '../postgres.mjs'
import { send } from '../processes.mjs'
import { onEnd } from '../tidy.mjs'

/** What a disk has to have kept; the rest goes on after the power is back. */
const KEPT = /^(I1|I2|I3|I4|I5 )/

export const powercutScenario = {
  name: 'powercut',
  title: 'the power goes: what was confirmed is on the disk (root, Linux)',
  isLongOnly: true,
  run: (context) => cutPower(context, { name: 'powercut', rounds: context.quick ? 2 : 10 }),
}

/**
 * The data folder is on a file system in an image file. Only what was flushed is in the image: the file system writes
 * nothing of its own accord within the seconds of a round. The writers are stopped, the image is copied, which is the
 * plug being pulled, and the copy is mounted, recovered and counted, while the original goes on.
 */
export async function cutPower(context, { name, rounds, dist }) {
  const startedAt = Date.now()
  const { place, random, onRound } = context
  const folder = place.newFolder(name)
  const [image, copy] = [join(folder, 'disk.img'), join(folder, 'copy.img')]
  if (process.platform !== 'linux' || process.getuid() !== 0) return { skipped: 'only root on Linux may mount' }
  shell('truncate', '-s', '600M', image)
  try {
    shell('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
  } catch (error) {
    return { skipped: `mkfs.ext4: ${error.message}` }
  }
  const disk = join(folder, 'mount')
  const { refusal, unmount } = mount(disk, '-o', 'loop,commit=300,noatime', image)
  if (refusal !== undefined) return { skipped: refusal }
  const postgres = await context.postgres()
  mkdirSync(join(disk, 'gateway'))
  const world = await createAlone(place, postgres, { folder: join(disk, 'gateway'), dist })
  const ledger = createLedger(name)
  const { identity, services, pickUrl, faults } = world
  const clients = startClients({ count: 6, ledger, identity, services, random, pickUrl, faults })
  const rows = []
  const notes = []
  try {
    for (let round = 1; round <= rounds; round++) {
      onRound(round, rounds)
      shell('sync', '-f', disk)
      await sleep(1_000 + random.below(1_500))
      const told = pullPlug(world, ledger, image, copy)
      const { row, recoveredMs } = await recover({ place, postgres, folder, copy, world, told, round })
      rows.push(row)
      notes.push(recoveredMs)
    }
  } finally {
    await clients.finish(60_000)
    await world.close()
    await unmount()
  }
  return summarize(rows, { notes, rounds, startedAt })
}

/** @returns what the clients had been told by then */
function pullPlug({ slot, postgresProcesses }, ledger, image, copy) {
  const writers = [...postgresProcesses(), slot.pid]
  const letters = new Map(
    [...ledger.letters].map(([reference, entry]) => [reference, { ...entry, ids: new Set(entry.ids) }]),
  )
  // Answers that are on their way do not arrive while this function runs, so nothing that is counted is newer than the copy.
  for (const pid of writers) send(pid, 'SIGSTOP')
  try {
    shell('cp', '--sparse=always', image, copy)
  } finally {
    for (const pid of writers) send(pid, 'SIGCONT')
  }
  return { ...ledger, letters, wrong: [] }
}

async function recover({ place, postgres, folder, copy, world, told, round }) {
  const at = join(folder, `round-${round}`)
  const { refusal, unmount } = mount(at, '-o', 'loop', copy)
  if (refusal !== undefined) throw new Error(refusal)
  const startedAt = Date.now()
  const { startEmbeddedPostgres, openDatabase } = await place.load('store/index.js')
  const dir = join(at, 'gateway', 'data', 'postgres')
  // The machine is a new one: no process of these files' numbers is the one they mean.
  for (const file of ['ownership.json', 'cluster/postmaster.pid', 'socket'])
    rmSync(join(dir, file), { recursive: true, force: true })
  let endServer = null
  try {
    const server = await startEmbeddedPostgres({ dir, role: 'owner' })
    endServer = onEnd(() => server.stop())
    const recoveredMs = Date.now() - startedAt
    const db = openDatabase({ connection: server.connection, poolSize: 2, statementTimeoutMs: 30_000, log: silent })
    const row = await countViolations({ ...world, db, sealer: postgres.sealer }, told, {
      finished: true,
      drained: true,
    })
    await db.close()
    return { row, recoveredMs }
  } catch (error) {
    return { row: { violations: { 'I1 lost': told.letters.size }, facts: {}, wrong: [error.message] }, recoveredMs: 0 }
  } finally {
    await endServer?.()
    await unmount()
    rmSync(copy)
  }
}

function summarize(rows, { notes, rounds, startedAt }) {
  const violations = {}
  for (const { violations: found } of rows)
    for (const [name, count] of Object.entries(found))
      if (KEPT.test(name)) violations[name] = (violations[name] ?? 0) + count
  const { facts = {} } = rows.at(-1) ?? {}
  const wrong = rows.flatMap((row) => row.wrong)
  return {
    violations,
    wrong,
    facts: { messages: facts.messages, tries: facts.tries },
    notes,
    rounds,
    seconds: (Date.now() - startedAt) / 1000,
  }
}
