import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { uuidv7 } from 'uuidv7'
import { mailbox, type Context } from '../operations/index.js'
import type { Sensitive } from '../sensitive.js'
import { callerOf } from './addresses.js'
import { CallerGone, LimitReached } from './errors.js'
import type { Limits } from './limits.js'
import { accountRoutes } from './mailbox/account-routes.js'
import { createTokenCheck, ownerHeader } from './mailbox/guard.js'
import { takeJson } from './mailbox/intake.js'
import { messageRoutes } from './mailbox/message-routes.js'
import { internal, problemOf } from './mailbox/problems.js'
import { mailOf } from './mailbox/request.js'
import type { Metrics } from './metrics.js'
import { createRateLimit } from './rate-limit.js'

export const MAILBOX_PATH = '/mailbox/api'

export interface MailboxOptions {
  readonly context: Context
  readonly limits: Limits
  readonly metrics: Metrics
  readonly token: Sensitive<string>
}

/** More than a person reads or writes in a minute, and little enough that a page gone wild harms one mailbox only. */
const REQUESTS_PER_MINUTE = 600
const WRITES_PER_MINUTE = 60

/**
 * The JSON API of mailboxes, for the pages that citizens read their mail with: those have authenticated the person and
 * name whose mailbox it is; what they are told depends on that only. Wants a scope of its own, under MAILBOX_PATH.
 */
export function mailboxRoutes(app: FastifyInstance, { context, limits, metrics, token }: MailboxOptions): void {
  const checkToken = createTokenCheck(token)
  const countOwner = ownerLimits(metrics)
  app.decorateRequest('mail', null)
  takeJson(app, limits)
  app.addHook('onRequest', async (request, reply) => {
    request.mail = {
      traceId: uuidv7(),
      startedAt: performance.now(),
      owner: null,
      held: null,
      patience: null,
      code: null,
    }
    void reply.headers({
      ...{ 'x-trace-id': request.mail.traceId, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    })
    // Also when nobody is left to take the answer.
    reply.raw.once('close', () => mailOf(request).held?.release())
    checkToken(request)
    request.mail.owner = mailbox.mailOwner(context, ownerHeader(request))
    await countOwner(request, request.mail.owner)
  })
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, context))
  app.addHook('onResponse', (request, reply, done) => {
    const { traceId, startedAt, code } = mailOf(request)
    const route = request.routeOptions.url ?? 'none'
    metrics.mailbox({ route, status: reply.statusCode, code })
    context.log.info({
      event: 'mailbox.answered',
      ...{ traceId, method: request.method, route, statusCode: reply.statusCode, code },
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    })
    done()
  })
  const serve = async <T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> =>
    (await limits.turns.run(callerOf(request.ip), work)).result
  accountRoutes(app, { context, serve })
  messageRoutes(app, { context, serve })
}

function ownerLimits(metrics: Metrics): (request: FastifyRequest, owner: mailbox.MailOwner) => Promise<void> {
  const all = createRateLimit({ perWindow: REQUESTS_PER_MINUTE })
  const writes = createRateLimit({ perWindow: WRITES_PER_MINUTE })
  return async ({ routeOptions }, { hash }) => {
    const key = hash.toString('base64')
    const over = (await all.take(key)) ?? (routeOptions.config.isWriting === true ? await writes.take(key) : null)
    if (over === null) return
    metrics.limitReached('requests-per-owner')
    throw new LimitReached('RATE_LIMITED', 'Too many requests for one mailbox in a minute', {
      ...{ limit: 'requests-per-owner', retryAfterSeconds: Math.ceil(over.waitMs / 1000) },
    })
  }
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, { log }: Context): FastifyReply {
  const mail = mailOf(request)
  const { traceId, patience } = mail
  if (error instanceof CallerGone) return reply.hijack()
  const answer = problemOf(error)
  if (answer === null) log.error({ event: 'request.failed', traceId, err: error })
  const { code, status, title, fields, retryAfterSeconds } = answer ?? internal
  mail.code = code
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds))
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  // What is still to come of this request would be taken for the next one.
  if (patience?.ranOut === true || patience?.leavesRest === true) void reply.header('connection', 'close')
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ type: 'about:blank', title, status, code, traceId, ...(fields && { fields }) }))
}
