import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../log.js'
import { callerOf } from './addresses.js'
import type { Metrics } from './metrics.js'

const MAX_HEADER_BYTES = 16 * 1024
const CHECK_AT_MOST_EVERY_MS = 5_000
/** What Node's own timeout waits longer than ours, which answers with a Fault: it is the last net. */
const LAST_NET_MS = 5_000
/** Connections that one address may have, of all: a fourth, so that it takes several to keep everybody else out. */
const SHARE = 1 / 4
/** Requests of one connection that are served at once; clients of this interface send the next after the answer. */
const MAX_PIPELINED = 8
/** A farewell that is not taken by then is not worth a connection. */
const FAREWELL_MS = 1_000

export interface ConnectionBounds {
  readonly maxConnections: number
  readonly idleTimeoutMs: number
  readonly requestTimeoutMs: number
}

/** Bounds on connections as such: how many, how slow, how much at once on one of them. For http and https servers. */
export interface Connections {
  /** for `http.createServer` and `https.createServer` */
  readonly serverOptions: ServerOptions
  /** Counts and bounds a server's connections; to be called once, before it listens. */
  guard(server: Server): void
  /** Answers what is no HTTP, or did not become a request in time; Fastify's `clientErrorHandler`. */
  readonly refuseBroken: (error: NodeJS.ErrnoException, socket: Socket) => void
  /** Cuts the connection if its caller does not take the answer that is about to be sent. */
  watchAnswer(response: ServerResponse): void
  /** Whether more requests of this connection are not answered yet than are served at once. */
  isCrowded(socket: Socket): boolean
  /** Nothing more on this connection is served from now on, and nothing more is read. */
  giveUp(socket: Socket): void
  isGivenUp(socket: Socket): boolean
}

export function createConnections(
  { maxConnections, idleTimeoutMs, requestTimeoutMs }: ConnectionBounds,
  { isTrusted, metrics, log }: { isTrusted: (address: string) => boolean; metrics: Metrics; log: Log },
): Connections {
  const headersTimeout = Math.min(idleTimeoutMs, requestTimeoutMs)
  const byCaller = new Map<string, number>()
  const requests = new WeakMap<Socket, number>()
  const givenUp = new WeakSet<Socket>()
  const inHand = (socket: Socket): number => requests.get(socket) ?? 0
  const share = Math.max(1, Math.floor(maxConnections * SHARE))

  const count = (socket: Socket): void => {
    const caller = callerOf(socket.remoteAddress)
    const open = (byCaller.get(caller) ?? 0) + 1
    if (open > share && !isTrusted(socket.remoteAddress ?? '')) {
      metrics.limitReached('connections-per-address')
      socket.destroy()
      return
    }
    byCaller.set(caller, open)
    metrics.connections(1)
    socket.once('close', () => {
      metrics.connections(-1)
      const rest = (byCaller.get(caller) ?? 0) - 1
      if (rest > 0) byCaller.set(caller, rest)
      else byCaller.delete(caller)
    })
  }

  return {
    serverOptions: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout,
      requestTimeout: headersTimeout + requestTimeoutMs + LAST_NET_MS,
      connectionsCheckingInterval: Math.max(50, Math.min(CHECK_AT_MOST_EVERY_MS, Math.floor(headersTimeout / 3))),
      // Said although they are the defaults: two readings of one request are how requests are smuggled.
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    guard(server) {
      server.maxConnections = maxConnections
      server.on('drop', () => metrics.limitReached('connections'))
      server.on('connection', count)
      server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
        requests.set(socket, inHand(socket) + 1)
        response.once('close', () => requests.set(socket, inHand(socket) - 1))
      })
    },
    refuseBroken(error, socket) {
      if (error.code === 'ECONNRESET' || socket.destroyed) return
      const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      if (isLate) metrics.slowCut(inHand(socket) > 0 ? 'body' : 'headers')
      // An answer may be on its way, or nobody has said anything yet: nothing to write.
      if (inHand(socket) > 0 || socket.bytesRead === 0 || !socket.writable) return void socket.destroy()
      const status = isLate ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
      metrics.brokenRequest(status)
      const reason = STATUS_CODES[status] ?? ''
      const text = `${reason}\n`
      const head = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n`
      socket.setTimeout(FAREWELL_MS, () => socket.destroy())
      socket.write(`${head}Content-Length: ${text.length}\r\n\r\n${text}`)
      socket.destroySoon()
    },
    watchAnswer(response) {
      const cut = (): void => {
        const { socket } = response
        if (socket === null || response.writableFinished) return
        metrics.slowCut('answer')
        const traceId = response.getHeader('x-trace-id')
        log.info({ event: 'answer.not-taken', ...(typeof traceId === 'string' && { traceId }) })
        socket.destroy()
      }
      // The pause is Node's to measure, which sees how much of the answer the network has taken.
      response.setTimeout(idleTimeoutMs, cut)
      const whole = setTimeout(cut, requestTimeoutMs).unref()
      // Before Node sets the time that an idle connection is kept.
      response.prependOnceListener('finish', () => response.socket?.setTimeout(0))
      response.once('close', () => clearTimeout(whole))
    },
    isCrowded: (socket) => inHand(socket) > MAX_PIPELINED,
    giveUp(socket) {
      metrics.limitReached('requests-per-connection')
      givenUp.add(socket)
      // Every request that Node reads is kept until those before it are answered.
      socket.pause()
    },
    isGivenUp: (socket) => givenUp.has(socket),
  }
}
