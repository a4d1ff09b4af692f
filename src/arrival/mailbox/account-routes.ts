import type { FastifyInstance } from 'fastify'
import { mailbox } from '../../operations/index.js'
import { ownerOf, type MailboxRouteOptions } from './request.js'
import { schemas } from './schemas.js'
import { mailboxView } from './views.js'

/** The mailbox itself: whether there is one, how its owner wants to be told of mail, and whom the owner may write to. */
export function accountRoutes(app: FastifyInstance, { context, serve }: MailboxRouteOptions): void {
  app.get('/account', { schema: schemas.plain }, (request) =>
    serve(request, async () => mailboxView(await mailbox.getMailbox(context, ownerOf(request)))),
  )
  app.post('/account', { schema: schemas.plain, config: { isWriting: true } }, (request, reply) =>
    serve(request, async () => {
      const opened = await mailbox.openMailbox(context, ownerOf(request))
      return reply.code(opened.isNew ? 201 : 200).send(mailboxView(opened.mailbox))
    }),
  )
  app.put<{ Body: mailbox.MailboxChange }>(
    '/account',
    { schema: schemas.account, config: { isWriting: true } },
    (request) =>
      serve(request, async () => mailboxView(await mailbox.changeMailbox(context, ownerOf(request), request.body))),
  )
  app.get('/services', { schema: schemas.plain }, (request) =>
    serve(request, async () => {
      const found = await mailbox.listAddressees(context, ownerOf(request))
      return {
        services: found.map(({ authorityId, authorityName, serviceId, serviceName }) => ({
          ...{ authorityId, authorityName, serviceId, serviceName },
        })),
      }
    }),
  )
}
