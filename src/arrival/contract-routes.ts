import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { publishedPushFiles, publishedSchema, publishedWsdl, type ContractName } from '../contract/index.js'
import { contractPaths, PUSH_FILES_PATH } from '../endpoint.js'

/**
 * `?wsdl` and `?xsd=NAME` on every endpoint (viranomaispalvelut.md §2), and the files of the return channel, which is
 * answered by authorities: they build their receivers from these (docs/return-channel.md).
 */
export function contractRoutes(app: FastifyInstance, { publicUrl }: { publicUrl: string | undefined }): void {
  for (const [name, content] of publishedPushFiles)
    app.get(`${PUSH_FILES_PATH}/${name}`, (_request, reply) => reply.type('text/xml; charset=utf-8').send(content))
  for (const contract of Object.keys(contractPaths) as ContractName[]) {
    for (const path of contractPaths[contract]) {
      app.get(path, (request, reply) => {
        const endpoint = `${publicUrl ?? `${request.protocol}://${request.host}`}${path}`
        return publish(request, reply, { contract, endpoint })
      })
    }
  }
}

function publish(
  request: FastifyRequest,
  reply: FastifyReply,
  { contract, endpoint }: { contract: ContractName; endpoint: string },
): FastifyReply {
  const query = Object.entries(request.query as Record<string, unknown>).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const xsd = query.find(([name]) => name === 'xsd')?.[1]
  const document = query.some(([name]) => name === 'wsdl')
    ? publishedWsdl(contract, { endpoint })
    : typeof xsd === 'string'
      ? publishedSchema(contract, xsd)
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
