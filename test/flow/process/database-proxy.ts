import { connect, createServer, type Socket } from 'node:net'
import { alsoTidy, testServerSocket } from '../../support/gateway-process.js'

/** A network between the gateway and its database that can fail: TCP in, the test run's PostgreSQL out. */
export interface DatabaseProxy {
  readonly port: number
  /** resets every connection, and each new one, until `heal` */
  cut(): void
  /** nothing comes through in either direction and nothing is closed, until `heal`: what is lost stays lost */
  goSilent(): void
  heal(): void
  /**
   * The next commits wait until there are `count` of them and reach PostgreSQL together. Their answers do not come
   * back: the connections are reset instead, or hear nothing any more.
   */
  loseCommitAnswers(how: { count: number; by: 'reset' | 'silence' }): void
  /** the connection of the next commit is reset before PostgreSQL hears of it, which is when `letGo` is called */
  holdNextCommit(): { letGo: () => void }
}

interface Commit {
  /** lets PostgreSQL hear of it */
  send(): void
  /** what becomes of the gateway's side of the connection, now or once PostgreSQL answers; the other side stays */
  reset(): void
  loseAnswer(by: 'reset' | 'silence'): void
}

const COMMIT = Buffer.from('commit\0')

/** Runs until `tidyUp`. */
export async function startDatabaseProxy(): Promise<DatabaseProxy> {
  const open = new Set<Socket>()
  let isCut = false
  let isSilent = false
  let onCommit: ((commit: Commit) => void) | null = null
  const server = createServer((gateway) => {
    if (isCut) return void gateway.resetAndDestroy()
    const database = connect(testServerSocket())
    let answers: 'pass' | 'reset' | 'silence' = 'pass'
    let isHeld = false
    for (const [from, to] of [
      [gateway, database],
      [database, gateway],
    ] as const) {
      open.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        open.delete(from)
        if (!isHeld) to.destroy()
      })
    }
    gateway.on('data', (bytes) => {
      if (isSilent) answers = 'silence'
      else if (onCommit === null || !bytes.includes(COMMIT)) database.write(bytes)
      else {
        onCommit({
          send: () => database.write(bytes),
          reset: () => {
            isHeld = true
            answers = 'silence'
            gateway.resetAndDestroy()
          },
          loseAnswer: (by) => (answers = by),
        })
      }
    })
    database.on('data', (bytes) => {
      if (isSilent) answers = 'silence'
      if (answers === 'pass') gateway.write(bytes)
      if (answers === 'reset') gateway.resetAndDestroy()
    })
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
    goSilent: () => void (isSilent = true),
    heal: () => void (isCut = isSilent = false),
    loseCommitAnswers: ({ count, by }) => {
      const waiting: Commit[] = []
      onCommit = (commit) => {
        commit.loseAnswer(by)
        if (waiting.push(commit) < count) return
        onCommit = null
        for (const one of waiting) one.send()
      }
    },
    holdNextCommit: () => {
      let held: Commit | undefined
      onCommit = (commit) => {
        onCommit = null
        held = commit
        commit.reset()
      }
      return { letGo: () => held!.send() }
    },
  }
}
