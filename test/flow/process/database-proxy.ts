import { connect, createServer, type Socket } from 'node:net'
import { alsoTidy, testServerSocket } from '../../support/gateway-process.js'

/** A network between the gateway and its database that can fail: TCP in, the test run's PostgreSQL out. */
export interface DatabaseProxy {
  readonly port: number
  /** resets every connection, and each new one, until `heal` */
  cut(): void
  heal(): void
  /** the next commit reaches PostgreSQL, its answer does not come back: the connection is reset instead, once */
  loseNextCommitAnswer(): void
}

const COMMIT = Buffer.from('commit\0')

/** Runs until `tidyUp`. */
export async function startDatabaseProxy(): Promise<DatabaseProxy> {
  const open = new Set<Socket>()
  let isCut = false
  let losesCommit = false
  const server = createServer((gateway) => {
    if (isCut) return void gateway.resetAndDestroy()
    const database = connect(testServerSocket())
    let isLost = false
    for (const [from, to] of [
      [gateway, database],
      [database, gateway],
    ] as const) {
      open.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
    gateway.on('data', (bytes) => {
      if (losesCommit && bytes.includes(COMMIT)) {
        losesCommit = false
        isLost = true
      }
      database.write(bytes)
    })
    database.on('data', (bytes) => (isLost ? gateway.resetAndDestroy() : gateway.write(bytes)))
  })
  alsoTidy(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    cut: () => {
      isCut = true
      for (const socket of open) socket.destroy()
    },
    heal: () => void (isCut = false),
    loseNextCommitAnswer: () => void (losesCommit = true),
  }
}
