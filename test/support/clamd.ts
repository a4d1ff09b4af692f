import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface TestScanner {
  readonly url: string
  stop(): Promise<void>
}

/** The first line of the signature database: MD5 and size of the EICAR test file. There is no network to get a real one. */
const EICAR_SIGNATURE = '44d88612fea8a8f36de82e1278abb02f:68:Testi.Eicar\n'

export const hasClamd = spawnSync('clamd', ['--version']).status === 0

/** A real clamd that knows one virus. */
export async function startClamd({ maxStream = '25M' } = {}): Promise<TestScanner & { readonly tcp: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'asti-clamd-'))
  const port = await freePort()
  mkdirSync(join(dir, 'db'))
  writeFileSync(join(dir, 'db', 'testi.hdb'), EICAR_SIGNATURE)
  const lines = [
    ...['Foreground yes', `DatabaseDirectory ${dir}/db`, `TemporaryDirectory ${dir}`, `LocalSocket ${dir}/s`],
    ...[`TCPSocket ${port}`, 'TCPAddr 127.0.0.1', `StreamMaxLength ${maxStream}`, 'AlertExceedsMax yes'],
  ]
  writeFileSync(join(dir, 'clamd.conf'), `${lines.join('\n')}\n`)
  const child = spawn('clamd', ['-c', join(dir, 'clamd.conf')], { stdio: 'ignore' })
  for (const end = Date.now() + 30_000; ; await sleep(50)) {
    if (await isOpen(port)) break
    if (Date.now() > end || child.exitCode !== null) throw new Error('clamd did not start')
  }
  return {
    url: `unix:${dir}/s`,
    tcp: `tcp://127.0.0.1:${port}`,
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** What the scripted scanner does with a file that it has been sent whole, or in part. */
export type Behaviour = (socket: Socket, stream: { readonly bytes: Buffer; readonly isWhole: boolean }) => void

export const says =
  (line: string): Behaviour =>
  (socket, { isWhole }) => {
    if (isWhole && !socket.writableEnded) socket.end(`${line}\0`)
  }

export interface ScriptedScanner extends TestScanner {
  behave: Behaviour
  /** the files that it was sent whole */
  readonly seen: Buffer[]
  /** connections that are open */
  open(): number
  again(): Promise<void>
}

/** A server that reads INSTREAM strictly and answers as it is told. */
export async function startScripted(behave: Behaviour): Promise<ScriptedScanner> {
  const sockets = new Set<Socket>()
  const seen: Buffer[] = []
  const scanner = { behave }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let raw = Buffer.alloc(0)
    socket.on('data', (piece: Buffer) => {
      raw = Buffer.concat([raw, piece])
      const stream = streamIn(raw)
      if (stream.isWhole) seen.push(stream.bytes)
      scanner.behave(socket, stream)
    })
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return Object.assign(scanner, {
    url: `tcp://127.0.0.1:${port}`,
    seen,
    open: () => sockets.size,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
    again: () => listen(port),
  })
}

function streamIn(raw: Buffer): { bytes: Buffer; isWhole: boolean } {
  const command = 'zINSTREAM\0'
  if (raw.length < command.length) return { bytes: Buffer.alloc(0), isWhole: false }
  if (raw.toString('latin1', 0, command.length) !== command) throw new Error('No INSTREAM')
  const pieces: Buffer[] = []
  for (let at = command.length; at + 4 <= raw.length;) {
    const length = raw.readUInt32BE(at)
    if (length === 0) return { bytes: Buffer.concat(pieces), isWhole: true }
    pieces.push(raw.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return { bytes: Buffer.concat(pieces), isWhole: false }
}
