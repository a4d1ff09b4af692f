import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'

export interface TakenSms {
  readonly to: readonly string[]
  readonly from: string
  readonly body: string
  readonly client_reference: string
  readonly id: string
}

/** A real HTTP server in the shape of Sinch's `batches`, which answers as the test says. */
export interface TestSmsServer {
  readonly url: string
  readonly taken: TakenSms[]
  /** each request, as `POST` or `GET` */
  readonly asked: string[]
  /** what sending is answered with; null: taken. hang: nothing, and nothing is taken. lost: taken, and then nothing */
  sending: { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'lost' | 'cut' | null
  /** the same for being asked what was taken */
  listing: { status: number; body?: string } | 'hang' | null
  connections(): number
  close(): Promise<void>
}

export const SMS_TOKEN = 'sms-token-8841'

export async function startSmsServer(): Promise<TestSmsServer> {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => void handle(request, response))
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const say = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void =>
    void response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close', ...headers }).end(body)
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://a')
    it.asked.push(request.method ?? '')
    if (request.headers.authorization !== `Bearer ${SMS_TOKEN}`) return say(response, 401, '{}')
    if (pathname !== '/xms/v1/plan-1/batches') return say(response, 404, '{}')
    if (request.method === 'GET') {
      if (it.listing === 'hang') return
      if (it.listing !== null) return say(response, it.listing.status, it.listing.body ?? '{}')
      const batches = it.taken.filter((one) => one.client_reference === searchParams.get('client_reference'))
      return say(response, 200, JSON.stringify({ page: 0, page_size: 10, count: batches.length, batches }))
    }
    const mode = it.sending
    if (mode === 'hang') return
    if (mode === 'cut') return void response.destroy()
    if (mode !== null && mode !== 'lost') return say(response, mode.status, mode.body ?? '{}', mode.headers)
    const sms = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Omit<TakenSms, 'id'>
    const id = `01FC${it.taken.length}`
    it.taken.push({ ...sms, id })
    if (mode === null) say(response, 201, JSON.stringify({ ...sms, id, canceled: false }))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const it: TestSmsServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/xms/v1/plan-1`,
    ...{ taken: [], asked: [], sending: null, listing: null },
    connections: () => sockets.size,
    close: () => {
      sockets.forEach((socket) => socket.destroy())
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return it
}
