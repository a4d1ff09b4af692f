import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contractPaths } from '../endpoint.js'
import type { Connections } from './connections.js'

/** More headers than any client or proxy sends; Node itself would drop the rest in silence. */
const MAX_HEADERS = 100

const methodsAt = (takesRequests: boolean): Readonly<Record<string, string>> => ({
  ...Object.fromEntries((takesRequests ? Object.values(contractPaths).flat() : []).map((path) => [path, 'GET, POST'])),
  ...Object.fromEntries(['/health/live', '/health/ready', '/metrics'].map((path) => [path, 'GET'])),
})

/**
 * What is nothing for SOAP to answer: other addresses, other methods, too many headers, too many requests at once on one
 * connection. Bodies are not taken in.
 */
export function plainAnswers(
  app: FastifyInstance,
  { connections, takesRequests }: { connections: Connections; takesRequests: boolean },
): void {
  const methodsOf = methodsAt(takesRequests)
  const isSoap = (request: FastifyRequest): boolean =>
    request.method === 'POST' && methodsOf[pathOf(request)]?.includes('POST') === true
  // Fastify would read a JSON or text body of any address into memory before it says that nothing is there.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', (request, reply, done) => {
    const { socket, rawHeaders } = request.raw
    if (connections.isGivenUp(socket)) return void reply.hijack()
    if (rawHeaders.length / 2 > MAX_HEADERS) return void plain(reply, 431, 'The request has too many headers.')
    // A SOAP request is told so in a Fault, later.
    if (!connections.isCrowded(socket) || isSoap(request)) return done()
    connections.giveUp(socket)
    void plain(reply.header('connection', 'close').header('retry-after', '5'), 503, 'Too many requests at once.')
  })
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf[pathOf(request)]
    if (allowed === undefined) return plain(reply, 404, 'There is nothing at this address.')
    return plain(reply.header('allow', allowed), 405, `This address takes ${allowed}.`)
  })
}

const plain = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`)

/** A request to a proxy names the whole address (RFC 9112 §3.2.2). */
const pathOf = ({ url }: FastifyRequest): string => /^(?:https?:\/\/[^/?#]*)?([^?#]*)/i.exec(url)?.[1] ?? url
