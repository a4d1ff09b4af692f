import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Handler = (response: ServerResponse, request: IncomingMessage) => void

/** What a CA has on the network: an OCSP responder, a place for CRLs, or whatever else is put at a path. */
export interface CaServer {
  url(path: string): string
  /** what is at a path from now on: bytes, or somebody who answers in another way */
  put(path: string, answer: Buffer | Handler): void
  /** requests so far, as `GET /path` */
  readonly seen: string[]
  close(): Promise<void>
}

export async function startCaServer(): Promise<CaServer> {
  const answers = new Map<string, Buffer | Handler>()
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    const answer = answers.get(request.url ?? '')
    request.resume()
    if (answer === undefined) response.writeHead(404).end()
    else if (Buffer.isBuffer(answer)) response.end(answer)
    else answer(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    put: (path, answer) => void answers.set(path, answer),
    seen,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
