import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestGateway } from '../../support/gateway.js'
import { UNSIGNED_PATH, wireAnswer } from '../../support/requests.js'

/** A raw connection to the gateway, and what it has heard. */
export interface Line {
  readonly socket: Socket
  heard(): string
  isClosed(): boolean
  /** what was heard when the other side has closed */
  readonly ended: Promise<string>
}

export interface LineOptions {
  /** address to call from; Linux has all of 127.0.0.0/8 */
  readonly from?: string
  /** a client that never reads what it is answered */
  readonly deaf?: true
}

export function openLine(gateway: TestGateway, first: string | Buffer = '', options: LineOptions = {}): Line {
  const { hostname, port } = new URL(gateway.origin)
  const socket = connect({ port: Number(port), host: hostname, localAddress: options.from, allowHalfOpen: true })
  const pieces: Buffer[] = []
  let closed = false
  socket.setNoDelay(true)
  // A connection that was cut may tell it as an error; that it is closed is what counts.
  socket.on('error', () => undefined)
  if (options.deaf) socket.pause()
  else socket.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => socket.end())
  const heard = (): string => Buffer.concat(pieces).toString()
  const ended = new Promise<string>((resolve) =>
    socket.on('close', () => {
      closed = true
      resolve(heard())
    }),
  )
  if (first.length > 0) socket.write(first)
  return { socket, heard, isClosed: () => closed, ended }
}

export const answerOn = async (line: Line) => wireAnswer(await line.ended)

export const head = (...lines: string[]): string =>
  `${[`POST ${UNSIGNED_PATH} HTTP/1.1`, 'Host: a', ...lines].join('\r\n')}\r\n\r\n`

/** Waits until something is so; a test that waits in vain says for what. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await isSo()); await sleep(20))
    if (Date.now() > end) throw new Error(`In vain waited until ${what}`)
}

/** A request on a connection of its own, which is closed after the answer. */
export function call(
  gateway: TestGateway,
  path: string,
  { method = 'GET', body, headers, from }: Call = {},
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, localAddress: from, agent: false }
    const sent = request(new URL(path, gateway.origin), options, (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece)).on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(pieces) }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
interface Call {
  method?: string
  body?: string | Buffer
  headers?: Record<string, string>
  from?: string
}

/** The value of one line of /metrics, 0 when it is not there. */
export async function metric(gateway: TestGateway, name: string): Promise<number> {
  const text = (await call(gateway, '/metrics')).body.toString()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

/** Until nothing is left of what came before: no bytes in hand, and no connection but the one that asks. */
export const untilReleased = (gateway: TestGateway): Promise<void> =>
  until('all bytes and connections are released', async () => {
    const bytes = await metric(gateway, 'asti_request_bytes_in_flight')
    return bytes === 0 && (await metric(gateway, 'asti_open_connections')) === 1
  })
