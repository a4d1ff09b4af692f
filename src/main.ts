import { createServer } from 'node:net'
import { isatty } from 'node:tty'
import { buildApp } from './app.js'
import { banner } from './banner.js'
import { systemClock } from './clock.js'
import { loadConfig, type Config } from './config/index.js'
import { GatewayError } from './errors.js'
import { keepHouse } from './housekeeping.js'
import { createLogger, type Log } from './log.js'
import { openRuntime, type Runtime } from './runtime.js'
import { version } from './version.js'

/** Starts the gateway and stops it on SIGINT or SIGTERM: requests in hand are finished, the database stops last. */
async function main(): Promise<void> {
  process.on('SIGHUP', endWithTerminal)
  const config = loadConfig(process.env)
  const log = createLogger({ level: config.logLevel })
  await refuseTakenPort(config)
  // Listened for from here on: a signal while the database comes up must not leave it running.
  const stop = listenForStop(config, log)
  const runtime = await openRuntime(config, { log, role: 'owner', now: systemClock.now() })
  try {
    if (!stop.isWanted()) await serveUntil(stop.signal, { config, log, runtime })
  } finally {
    await runtime.close()
  }
  log.info({ event: 'gateway.stopped' })
  process.exit(0)
}

/** Keys are read again at SIGHUP, so it ends nothing; only a terminal that has been closed takes its programs along. */
function endWithTerminal(): void {
  if (!process.stdout.isTTY || isatty(1)) return
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}

/** Resolves `signal` at the first SIGINT or SIGTERM; a second one, or a stop that takes too long, ends the process. */
function listenForStop({ shutdownTimeoutMs }: Config, log: Log): { isWanted: () => boolean; signal: Promise<void> } {
  let wanted = false
  const signal = new Promise<void>((resolve) => {
    const onSignal = (name: string): void => {
      // A second signal means "now": the database is left to its watchdog.
      if (wanted) process.exit(1)
      wanted = true
      log.info({ event: 'gateway.stopping', signal: name })
      setTimeout(() => process.exit(1), shutdownTimeoutMs).unref()
      resolve()
    }
    for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => onSignal(name))
  })
  return { isWanted: () => wanted, signal }
}

async function serveUntil(
  stopped: Promise<void>,
  { config, log, runtime }: { config: Config; log: Log; runtime: Runtime },
): Promise<void> {
  const app = buildApp(config, { runtime, log, clock: systemClock })
  try {
    await app.http.listen({ host: config.host, port: config.port })
  } catch (error) {
    throw unusableAddress(config, error as NodeJS.ErrnoException)
  }
  const address = app.http.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  log.info({ event: 'gateway.started', version, mode: config.mode, host: config.host, port, pid: process.pid })
  if (process.stdout.isTTY || config.mode === 'sandbox') process.stderr.write(banner(config, port, runtime))
  process.on('SIGHUP', () => app.reloadKeys())
  const stopHousekeeping = keepHouse(config, { db: runtime.db, log, clock: systemClock })
  app.certificates.start()
  app.delivering.start()
  await stopped
  stopHousekeeping()
  app.drain()
  // Callers that stop sending in the middle of a request must not use up the time that the database needs to stop.
  const cut = setTimeout(() => app.http.server.closeAllConnections(), config.shutdownTimeoutMs * 0.8)
  await Promise.all([app.http.close(), app.delivering.stop(config.shutdownTimeoutMs * 0.7)])
  clearTimeout(cut)
  await app.certificates.stop()
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
  throw unusableAddress({ host, port }, problem)
}

function unusableAddress({ host, port }: Pick<Config, 'host' | 'port'>, cause: NodeJS.ErrnoException): GatewayError {
  const reason =
    cause.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${cause.code ?? 'unknown'})`
  const other = port < 65_535 ? port + 1 : port - 1
  const message = `Port ${port} on ${host} ${reason}. Choose another one, for example: PORT=${other} npm start`
  return new GatewayError('ADDRESS_UNUSABLE', message, { cause })
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
