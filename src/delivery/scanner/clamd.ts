import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { NoVerdict, Scanner, Verdict } from './scanner.js'

export interface ClamdLimits {
  /** until it takes the connection */
  readonly connectMs: number
  /** in which it takes no more bytes */
  readonly stallMs: number
  /** from the last byte to the answer; clamd itself stops after two minutes (MaxScanTime) */
  readonly answerMs: number
}

const LIMITS: ClamdLimits = { connectMs: 3_000, stallMs: 15_000, answerMs: 60_000 }
/** An answer is one line with the name of a virus. */
const ANSWER_BYTES = 1_024

/**
 * clamd's INSTREAM over TCP or a Unix socket: pieces with their lengths before them, an empty one, one line back.
 * @param address  tcp://host:port or unix:/path
 * Source: man clamd, "COMMANDS".
 */
export function createClamd(address: string, limits: ClamdLimits = LIMITS): Scanner {
  const target = targetOf(address)
  return { scan: (bytes, signal) => scan(connect(target), { bytes, signal, limits }) }
}

function targetOf(address: string): NetConnectOpts {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) }
  const { hostname, port } = new URL(address)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

async function scan(
  socket: Socket,
  { bytes, signal, limits }: { bytes: AsyncIterable<Buffer>; signal: AbortSignal; limits: ClamdLimits },
): Promise<Verdict> {
  const state = { isOver: false }
  const over = verdictOf(socket, signal).then((verdict) => {
    state.isOver = true
    return verdict
  })
  const sending = async (): Promise<Verdict> => {
    socket.setTimeout(limits.connectMs)
    socket.once('connect', () => socket.setTimeout(limits.stallMs))
    socket.write('zINSTREAM\0')
    for await (const piece of bytes) {
      // It may answer before the end: then what follows changes nothing.
      if (state.isOver) return over
      if (piece.length > 0) await written(socket, [lengthOf(piece), piece], over)
    }
    if (!state.isOver) await written(socket, [Buffer.alloc(4)], over)
    socket.setTimeout(limits.answerMs)
    return over
  }
  try {
    return await Promise.race([over, sending()])
  } finally {
    socket.destroy()
  }
}

function lengthOf({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

/** Resolves when the other side has taken enough to be given more, or when all is over. */
async function written(socket: Socket, pieces: readonly Buffer[], over: Promise<unknown>): Promise<void> {
  let takesMore = true
  for (const piece of pieces) takesMore = socket.writable && socket.write(piece)
  if (takesMore) return
  await Promise.race([over, new Promise((resolve) => socket.once('drain', resolve))])
}

/** Resolves with the answer, or with the lack of one; never rejects. */
function verdictOf(socket: Socket, signal: AbortSignal): Promise<Verdict> {
  return new Promise((resolve) => {
    const none = (reason: NoVerdict) => (): void => resolve({ kind: 'none', reason })
    let connected = false
    let answer = Buffer.alloc(0)
    const judge = (): void => resolve(read(answer.toString('latin1')))
    socket.on('connect', () => (connected = true))
    socket.on('data', (piece: Buffer) => {
      answer = Buffer.concat([answer, piece])
      if (answer.includes(0)) judge()
      else if (answer.length > ANSWER_BYTES) none('garbage')()
    })
    socket.on('timeout', none('timeout'))
    // What it said before it went away counts, if it was whole.
    socket.on('end', () => (answer.length > 0 ? judge() : none('closed')()))
    socket.on('error', () => none(connected ? 'closed' : 'refused')())
    socket.on('close', none('closed'))
    const ended = none('timeout')
    if (signal.aborted) ended()
    signal.addEventListener('abort', ended)
    socket.on('close', () => signal.removeEventListener('abort', ended))
  })
}

function read(answer: string): Verdict {
  const end = answer.indexOf('\0')
  const text = (end < 0 ? '' : answer.slice(0, end)).trim()
  if (text === 'stream: OK') return { kind: 'clean' }
  const signature = /^stream: (.+) FOUND$/s.exec(text)?.[1]
  if (signature !== undefined) return { kind: 'found', signature: signature.replace(/[^\w.:/-]/g, '_').slice(0, 100) }
  if (/size limit exceeded/i.test(text)) return { kind: 'none', reason: 'size-limit' }
  return { kind: 'none', reason: / ERROR$/.test(text) ? 'error' : 'garbage' }
}
