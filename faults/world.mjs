import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gatewaySlot, startOrThrow } from './processes.mjs'
import { startProxy } from './proxy.mjs'
import { startReceiver } from './receiver.mjs'

export const LEASE_MS = 3_000
const AUTHORITY = 'demo_ws'
const SERVICES = ['faults_1', 'faults_2', 'faults_3']

/** Real retries, with short pauses; a dead database connection is noticed sooner than in an installation. */
export const settingsOfWorlds = {
  ASTI_DELIVERY_PAUSE_DIVISOR: '10000',
  ASTI_DELIVERY_LEASE_MS: String(LEASE_MS),
  ASTI_DELIVERY_POLL_MS: '250',
  ASTI_STATEMENT_TIMEOUT_MS: '2000',
  ASTI_SHUTDOWN_TIMEOUT_MS: '10000',
  ASTI_RETURN_CHANNEL_TIMEOUT_MS: '1000',
  LOG_LEVEL: 'info',
}

let worlds = 0

/**
 * Gateways and workers on one database, behind a network that can fail, and an authority's return channel.
 * @param options.roles  one process each: gateway, worker, all
 * @param options.dist   another build than the whole one
 */
export async function createWorld(place, postgres, { roles, dist = place.dist, env = {} }) {
  const id = `w${++worlds}`
  const database = await postgres.newDatabase()
  const db = database.open()
  const proxy = await startProxy(postgres.target)
  const receiver = await startReceiver()
  await addServices(place, { db, sandbox: postgres.sandbox, receiver })
  const settings = {
    ...settingsOfWorlds,
    DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${database.name}`,
    ASTI_DATA_DIR: postgres.dataDir,
    ...env,
  }
  const slots = roles.map((role, i) =>
    gatewaySlot({ name: `${id}-${role}-${i + 1}`, dist, env: { ...settings, ASTI_ROLE: role }, logs: place.logs }),
  )
  // One after another costs the machine less.
  for (const slot of slots) await startOrThrow(slot)
  const entrances = slots.filter((_slot, i) => roles[i] !== 'worker')
  const faults = { dropAnswers: 0 }
  return {
    ...{ place, postgres, db, proxy, receiver, slots, faults, services: SERVICES },
    sealer: postgres.sealer,
    identity: identityOf(postgres.sandbox),
    pickUrl: pickUrlOf(entrances),
    heal: async () => {
      faults.dropAnswers = 0
      proxy.heal()
      receiver.heal()
      for (const slot of slots) if (!slot.isUp) await startOrThrow(slot)
    },
    close: async () => {
      await Promise.all(slots.map((slot) => slot.kill()))
      await Promise.all([receiver.close(), proxy.close(), db.close()])
    },
  }
}

export const pickUrlOf = (entrances) => (random) => {
  const up = entrances.filter(({ url }) => url !== null)
  return up.length === 0 ? null : random.pick(up).url
}

export const identityOf = ({ demoKeyFile, demoCertificateFile }) => ({
  privateKey: readFileSync(demoKeyFile),
  certificate: readFileSync(demoCertificateFile, 'utf8'),
})

/** Services of one authority with one certificate; with a return channel when the build has one. */
export async function addServices(place, { db, sandbox, receiver }) {
  const { services } = await place.load('store/index.js')
  const { readCertificate } = await place.load('trust/index.js')
  const certificate = readCertificate(readFileSync(sandbox.demoCertificateFile))
  const returnChannel = hasReports(place) ? { returnChannel: { url: receiver.url, generation: 'old' } } : {}
  for (const id of SERVICES) {
    const service = { authorityId: AUTHORITY, id, name: 'Vikojen kokeilu', environment: 'test', state: 'test' }
    await services.addService(db, { ...service, settings: { receipts: 'all', ...returnChannel } })
    await services.addCertificate(db, service, certificate)
  }
}

addServices.ids = SERVICES

/** Whether this build reports to return channels. */
export const hasReports = ({ dist }) => existsSync(join(dist, 'report', 'index.js'))

export const NO_REPORTS = 'this build has no return channel'
