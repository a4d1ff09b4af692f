import { Writable } from 'node:stream'

/** Small, so that requests over the bounds cost little. */
const SETTINGS = {
  PORT: '0',
  ASTI_MAX_REQUEST_BYTES: '256 KiB',
  ASTI_MAX_BYTES_IN_FLIGHT: '1 MiB',
  ASTI_REQUEST_TIMEOUT_MS: '5 s',
}
/** Events that no request may bring about. */
const COMPLAINTS = /"event":"(request\.failed|request\.not-recorded|answer\.not-signed)"/

/** A PostgreSQL for the run; each gateway gets a database of its own in it. */
export async function startPostgres(load, folder) {
  const { startEmbeddedPostgres, openDatabase } = await load('src/store/index.js')
  const server = await startEmbeddedPostgres({ dir: `${folder}/postgres`, role: 'owner' })
  const { connection } = server
  return {
    async newDatabase(name) {
      const db = openDatabase({ connection, poolSize: 1, statementTimeoutMs: 60_000, log: { warn: () => undefined } })
      await db.query(`create database ${name}`)
      await db.close()
      return `postgresql://${connection.user}@localhost:${connection.port}/${name}?host=${encodeURIComponent(connection.host)}`
    },
    stop: () => server.stop(),
  }
}

/**
 * A whole gateway in this process, whose clock stands still, so that what was signed at its start stays fresh.
 * @param authorities  whose certificates are registered
 * @returns port, stored(limit), countStored(), takeComplaints(), bytesInFlight(), close()
 */
export async function startGateway(load, { databaseUrl, dataDir, now, authorities, recipients, settings = {} }) {
  const { buildApp } = await load('src/app.js')
  const { loadConfig } = await load('src/config/index.js')
  const { createLogger } = await load('src/log.js')
  const { openRuntime } = await load('src/runtime.js')
  const { accounts, attachments, messages, services } = await load('src/store/index.js')
  const { readCertificate } = await load('src/trust/index.js')
  let complaints = []
  const write = (chunk, _encoding, done) => {
    if (COMPLAINTS.test(chunk)) complaints.push(JSON.parse(chunk))
    done()
  }
  const log = createLogger({ level: 'debug', destination: new Writable({ write }) })
  const config = loadConfig({ DATABASE_URL: databaseUrl, ASTI_DATA_DIR: dataDir, ...SETTINGS, ...settings })
  const runtime = await openRuntime(config, { log, role: 'guest', now: new Date() })
  const app = buildApp(config, { runtime, log, clock: { now: () => now } })
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const { db, sealer } = runtime
  for (const { authorityId, serviceId, certificatePem } of authorities) {
    const service = {
      authorityId,
      id: serviceId,
      name: 'Fuzz',
      environment: 'test',
      state: 'test',
      settings: { mayListAccounts: true },
    }
    await services.addService(db, service)
    await services.addCertificate(db, service, readCertificate(certificatePem))
  }
  for (const { recipientId, idType } of recipients)
    await accounts.putAccount(db, sealer, { owner: recipientId, idType, state: 'active' })

  /** What a message says, to whom and from whom, with its files, as one text. */
  const statementOf = async (message) => {
    const { authorityId, serviceId, operation, reference, traceId } = message
    const files = await attachments.attachmentsOf(db, traceId)
    const hashes = files.map(({ mediaType, sha256 }) => [mediaType, sha256 && sha256.toString('hex')])
    const said = [message.recipient.reveal(), message.content.reveal(), hashes]
    return { traceId, statement: JSON.stringify([authorityId, serviceId, operation, reference, ...said]) }
  }
  return {
    port: app.http.server.address().port,
    /** the newest messages: [{ traceId, statement }] */
    stored: async (limit) => Promise.all((await messages.listMessages(db, sealer, { limit })).map(statementOf)),
    countStored: () => messages.countMessages(db),
    takeComplaints: () => {
      const taken = complaints
      complaints = []
      return taken
    },
    close: async () => {
      app.drain()
      await app.http.close()
      await runtime.close()
    },
  }
}
