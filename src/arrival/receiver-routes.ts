import type { FastifyInstance } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'

/** What takes pushes; the room `receiver` makes one. */
export interface ReceiverParts {
  receive(request: {
    readonly raw: Buffer
    readonly contentType: string | null
    readonly generation: 'old' | 'new'
    readonly answer: string
  }): Promise<{ readonly httpStatus: number; readonly body: string; readonly afterMs: number | null }>
  received(): readonly object[]
}

const PATH = '/sandbox/return-channel'
const MAX_BYTES = 32 * 1024 * 1024
/** Longer than any time limit of a push. */
const NEVER_MS = 6 * 60_000

/**
 * The sandbox's own return channel, for trying the gateway and for comparing one's own receiver with; wants a scope of
 * its own, since it takes bodies as they are. Nothing of it is in production.
 */
export function receiverRoutes(app: FastifyInstance, receiver: ReceiverParts): void {
  const closing = new AbortController()
  app.addHook('preClose', (done) => {
    closing.abort()
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BYTES }, (_request, body, done) => done(null, body))
  app.get(`${PATH}/received`, (_request, reply) => reply.send({ received: receiver.received() }))
  app.post(PATH, { bodyLimit: MAX_BYTES }, async (request, reply) => {
    const { answer, generation } = request.query as Partial<Record<'answer' | 'generation', string>>
    const { httpStatus, body, afterMs } = await receiver.receive({
      raw: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      contentType: request.headers['content-type'] ?? null,
      generation: generation === 'old' ? 'old' : 'new',
      answer: answer ?? '',
    })
    if (afterMs !== 0)
      await sleep(afterMs ?? NEVER_MS, null, { signal: closing.signal, ref: false }).catch(() => undefined)
    return reply.code(httpStatus).type('text/xml; charset=utf-8').send(body)
  })
}
