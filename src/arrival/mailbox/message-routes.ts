import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { mailbox } from '../../operations/index.js'
import { mailOf, ownerOf, type MailboxRouteOptions } from './request.js'
import { schemas } from './schemas.js'
import { disposition, entryView, messageView, threadView, writtenView } from './views.js'

interface PageQuery {
  readonly before?: string
  readonly limit?: string
}
interface Id {
  readonly id: string
}
interface WrittenBody {
  readonly inReplyTo?: string
  readonly service?: { readonly authorityId: string; readonly serviceId: string }
  readonly title: string
  readonly body: string
  readonly sender?: Partial<mailbox.WriteMessage['sender']>
  readonly attachments?: readonly { readonly name: string; readonly mediaType?: string; readonly content: string }[]
}

const DEFAULT_LIMIT = 20
const pageOf = ({ before, limit }: PageQuery): mailbox.Page => ({
  before: before ?? null,
  limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
})

/** Threads, messages and their attachments, and what citizens write. */
export function messageRoutes(app: FastifyInstance, { context, serve }: MailboxRouteOptions): void {
  app.get<{ Querystring: PageQuery }>('/threads', { schema: schemas.threads }, (request) =>
    serve(request, async () => {
      const { list, next } = await mailbox.listThreads(context, ownerOf(request), pageOf(request.query))
      return { threads: list.map(threadView), next }
    }),
  )
  app.get<{ Querystring: PageQuery & { thread?: string } }>('/messages', { schema: schemas.messages }, (request) =>
    serve(request, async () => {
      const wanted = { threadId: request.query.thread ?? null, page: pageOf(request.query) }
      const { list, next, unread } = await mailbox.listMessages(context, ownerOf(request), wanted)
      return { messages: list.map(entryView), unread, next }
    }),
  )
  app.get<{ Params: Id }>('/messages/:id', { schema: schemas.message }, (request) =>
    serve(request, async () => messageView(await mailbox.openMessage(context, ownerOf(request), request.params.id))),
  )
  app.post<{ Params: Id }>(
    '/messages/:id/acknowledge',
    { schema: schemas.message, config: { isWriting: true } },
    (request) =>
      serve(request, async () => messageView(await mailbox.acknowledge(context, ownerOf(request), request.params.id))),
  )
  app.get<{ Params: Id }>('/messages/:id/history', { schema: schemas.message }, (request) =>
    serve(request, async () => ({
      history: await mailbox.getHistory(context, ownerOf(request), request.params.id),
    })),
  )
  app.get<{ Params: Id & { attachment: string } }>(
    '/messages/:id/attachments/:attachment',
    { schema: schemas.attachment },
    async (request, reply) => {
      const { id: messageId, attachment: attachmentId } = request.params
      const file = await serve(request, () =>
        mailbox.readAttachment(context, ownerOf(request), { messageId, attachmentId }),
      )
      // The type is the sender's word: a browser must neither guess another one nor show the file in the page's name.
      return reply
        .headers({
          'content-type': typeOf(file.mediaType),
          'content-length': file.sizeBytes,
          'content-disposition': disposition(file.name.reveal()),
          'content-security-policy': "default-src 'none'; sandbox",
        })
        .send(
          Readable.from(
            logged(file.bytes, (err) =>
              context.log.error({ event: 'attachment.not-sent', traceId: mailOf(request).traceId, err }),
            ),
          ),
        )
    },
  )
  app.post<{ Body: WrittenBody; Headers: { 'idempotency-key': string } }>(
    '/messages',
    { schema: schemas.write, config: { isWriting: true } },
    (request, reply) =>
      serve(request, async () => {
        const written = commandOf(request.body, request.headers['idempotency-key'])
        const stored = await mailbox.writeMessage(context, ownerOf(request), written)
        return reply.code(stored.isRepeat ? 200 : 201).send(writtenView(stored))
      }),
  )
}

function commandOf({ inReplyTo, service, sender = {}, ...body }: WrittenBody, key: string): mailbox.WriteMessage {
  if ((inReplyTo === undefined) === (service === undefined))
    throw new mailbox.MailboxError(
      'MAILBOX_REQUEST_INVALID',
      'A message goes to a message or to a service, not to both',
    )
  return {
    ...{ title: body.title, body: body.body, key },
    to: inReplyTo === undefined ? { kind: 'service', ...service! } : { kind: 'message', id: inReplyTo },
    sender: { name: sender.name ?? null, email: sender.email ?? null, phone: sender.phone ?? null },
    attachments: (body.attachments ?? []).map(({ name, mediaType = null, content: base64 }) => ({
      ...{ name, mediaType, base64 },
    })),
  }
}

/** What is no media type at all must not become a header. */
const typeOf = (stored: string | null): string =>
  /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(stored ?? '') ? stored! : 'application/octet-stream'

/** Once the first bytes have left, an error can only cut the answer short; then the log is the place to say why. */
async function* logged(bytes: AsyncGenerator<Buffer>, log: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* bytes
  } catch (error) {
    log(error)
    throw error
  }
}
