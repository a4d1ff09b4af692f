import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAlone } from '../alone.mjs'
import { send, startOrThrow } from '../processes.mjs'
import { runUnderLoad } from '../run.mjs'

/** As `npm start` runs it: the gateway looks after its database itself. */
export const embeddedScenario = {
  name: 'embedded',
  title: 'one gateway with its own PostgreSQL: kill -9 of one, of the other, of everything at once',
  run: async (context) => {
    const folder = context.place.newFolder('embedded')
    const world = await createAlone(context.place, await context.postgres(), { folder })
    try {
      const rounds = context.quick ? 3 : 24
      return await runUnderLoad(world, { name: 'embedded', rounds, inject: takeTurns, clients: 6 }, context)
    } finally {
      await world.close()
    }
  },
}

function takeTurns(world, { round, note }) {
  return [killGateway, killDatabase, killEverything][round % 3](world, note)
}

async function killGateway({ slot }, note) {
  const startedAt = Date.now()
  await slot.kill()
  await startOrThrow(slot)
  note(Date.now() - startedAt)
}

/** The gateway starts its database again. */
export async function killDatabase({ crashPostgres, postmaster, db }, note) {
  const [startedAt, before] = [Date.now(), postmaster()]
  crashPostgres()
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    if (postmaster() === before || postmaster() === undefined) continue
    if ((await db.query('select 1').catch(() => null)) !== null) return note(Date.now() - startedAt)
  }
  throw new Error('the gateway did not start its database again')
}

/** As far as a signal can play a power cut. */
async function killEverything({ slot, dataDir, postgresProcesses }, note) {
  const startedAt = Date.now()
  const book = JSON.parse(readFileSync(join(dataDir, 'postgres', 'ownership.json'), 'utf8'))
  for (const pid of [slot.pid, book.watchdog.pid, ...postgresProcesses()]) send(pid, 'SIGKILL')
  await slot.ended
  await startOrThrow(slot)
  note(Date.now() - startedAt)
}
