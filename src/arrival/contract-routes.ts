import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { publishedSchema, publishedWsdl } from '../contract/index.js'
import { INTERNAL_PATH, NON_SIGNED_PATH, SIGNED_PATH } from '../endpoint.js'

/** `?wsdl` and `?xsd=NAME` on both endpoints (viranomaispalvelut.md §2). */
export function contractRoutes(app: FastifyInstance, { publicUrl }: { publicUrl: string | undefined }): void {
  for (const path of [SIGNED_PATH, NON_SIGNED_PATH, INTERNAL_PATH]) {
    app.get(path, (request, reply) =>
      publish(request, reply, `${publicUrl ?? `${request.protocol}://${request.host}`}${path}`),
    )
  }
}

function publish(request: FastifyRequest, reply: FastifyReply, endpoint: string): FastifyReply {
  const query = Object.entries(request.query as Record<string, unknown>).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const xsd = query.find(([name]) => name === 'xsd')?.[1]
  const document = query.some(([name]) => name === 'wsdl')
    ? publishedWsdl({ endpoint })
    : typeof xsd === 'string'
      ? publishedSchema(xsd)
      : undefined
  if (document === undefined) {
    return reply
      .code(405)
      .header('allow', 'POST')
      .type('text/plain; charset=utf-8')
      .send('This is a SOAP 1.1 endpoint: POST a request, or GET ?wsdl for its description.\n')
  }
  if (document === null)
    return reply
      .code(404)
      .type('text/plain; charset=utf-8')
      .send('No schema of this name; the WSDL names the one there is.\n')
  return reply.type('text/xml; charset=utf-8').send(document)
}
