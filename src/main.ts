import { createServer } from 'node:net'
import { buildApp } from './app.js'
import { banner } from './banner.js'
import { systemClock } from './clock.js'
import { loadConfig, type Config } from './config/index.js'
import { GatewayError } from './errors.js'
import { createLogger, type Log } from './log.js'
import { ensurePartitions, submissions } from './store/index.js'
import { openRuntime, type Runtime } from './runtime.js'
import { version } from './version.js'

const HOUSEKEEPING_MS = 6 * 60 * 60 * 1000
const DAY_MS = 24 * 60 * 60 * 1000

/** Starts the gateway and stops it on SIGINT or SIGTERM: requests in hand are finished, the database stops last. */
async function main(): Promise<void> {
  const config = loadConfig(process.env)
  const log = createLogger({ level: config.logLevel })
  await refuseTakenPort(config)
  const runtime = await openRuntime(config, { log, role: 'owner', now: systemClock.now() })
  const app = buildApp(config, { runtime, log, clock: systemClock })
  const housekeeping = setInterval(() => void keepHouse(config, runtime, log), HOUSEKEEPING_MS).unref()
  void keepHouse(config, runtime, log)

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    // A second signal means "now": the database is left to its watchdog.
    if (stopping) process.exit(1)
    stopping = true
    log.info({ event: 'gateway.stopping', signal })
    setTimeout(() => process.exit(1), config.shutdownTimeoutMs).unref()
    clearInterval(housekeeping)
    app.drain()
    await app.http.close()
    await runtime.close()
    log.info({ event: 'gateway.stopped' })
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(signal))

  await app.http.listen({ host: config.host, port: config.port })
  const address = app.http.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  log.info({ event: 'gateway.started', version, mode: config.mode, host: config.host, port, pid: process.pid })
  if (process.stdout.isTTY || config.mode === 'sandbox') process.stderr.write(banner(config, port, runtime))
}

/** Makes the partitions of the months to come and forgets refused requests whose time is over; any process may, at any time. */
async function keepHouse({ refusedRetentionDays }: Config, { db }: Runtime, log: Log): Promise<void> {
  const now = systemClock.now()
  try {
    await ensurePartitions(db, now)
    const count = await submissions.deleteRefused(db, new Date(now.getTime() - refusedRetentionDays * DAY_MS))
    if (count > 0) log.info({ event: 'log.refused-deleted', count })
  } catch (err) {
    log.error({ event: 'housekeeping.failed', err })
  }
}

/** Says so before a database is started for nothing. */
async function refuseTakenPort({ host, port }: Config): Promise<void> {
  if (port === 0) return
  const probe = createServer()
  const problem = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    probe.once('error', resolve)
    probe.listen(port, host, () => resolve(null))
  })
  if (problem === null) return new Promise((resolve) => probe.close(() => resolve()))
  const reason =
    problem.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${problem.code ?? 'unknown'})`
  throw new GatewayError(
    'ADDRESS_UNUSABLE',
    `Port ${port} on ${host} ${reason}. Choose another one, for example: PORT=${port + 1} npm start`,
  )
}

main().catch((error: unknown) => {
  // What we know how to say is said in its own words; anything else is a bug and shows where it happened.
  const text =
    error instanceof GatewayError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`\n${text}\n\n`)
  process.exit(1)
})
