import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { silent } from './postgres.mjs'
import { gatewaySlot, send, startOrThrow } from './processes.mjs'
import { startReceiver } from './receiver.mjs'
import { leaveBehind, onEnd } from './tidy.mjs'
import { addServices, identityOf, pickUrlOf, settingsOfWorlds } from './world.mjs'

let worlds = 0

/**
 * One gateway as `npm start` runs it, with a PostgreSQL of its own in its data folder.
 * @param options.folder  where its data folder is made
 */
export async function createAlone(place, postgres, { folder, dist = place.dist }) {
  const { openDatabase } = await place.load('store/index.js')
  const { findPostmaster, stopPostmaster } = await place.load('store/embedded/postmaster.js')
  const { postgresProcessesIn } = await place.load('store/embedded/processes.js')
  const { shortFolder } = await place.load('store/embedded/socket-folder.js')
  const dataDir = join(folder, 'data')
  const cluster = join(dataDir, 'postgres', 'cluster')
  // The same keys everywhere: clients sign, and what is sealed is opened, alike.
  cpSync(postgres.dataDir, dataDir, { recursive: true })
  const slot = gatewaySlot({
    name: `alone-${++worlds}`,
    dist,
    env: { ...settingsOfWorlds, ASTI_DATA_DIR: dataDir },
    logs: place.logs,
  })
  const endPostgres = onEnd(async () => {
    const running = findPostmaster(cluster)
    if (running !== undefined) await stopPostmaster(running.id)
    rmSync(shortFolder(join(dataDir, 'postgres')), { recursive: true, force: true })
  })
  await startOrThrow(slot)
  leaveBehind('folder', shortFolder(join(dataDir, 'postgres')))
  const { socketFolder, port } = findPostmaster(cluster)
  const connection = { host: socketFolder, port, user: 'postgres', database: 'postgres' }
  const db = openDatabase({ connection, poolSize: 4, statementTimeoutMs: 30_000, log: silent })
  const closeDb = onEnd(() => db.close())
  const receiver = await startReceiver()
  await addServices(place, { db, sandbox: postgres.sandbox, receiver })
  return {
    ...{ place, db, receiver, slots: [slot], slot, faults: {}, dataDir, services: addServices.ids },
    sealer: postgres.sealer,
    identity: identityOf(postgres.sandbox),
    pickUrl: pickUrlOf([slot]),
    postmaster: () => findPostmaster(cluster)?.id.pid,
    postgresProcesses: () => postgresProcessesIn(cluster),
    crashPostgres: () => {
      const running = findPostmaster(cluster)
      if (running !== undefined) send(running.id.pid, 'SIGQUIT')
    },
    heal: async () => {
      if (!slot.isUp) await startOrThrow(slot)
    },
    close: async () => {
      await slot.signal('SIGTERM')
      await Promise.all([receiver.close(), closeDb()])
      await endPostgres()
    },
  }
}
