import type { FastifyRequest } from 'fastify'
import type { Context, mailbox } from '../../operations/index.js'
import type { Held } from '../bytes-in-flight.js'
import type { Patience } from '../patience.js'

/** What belongs to one request of the mailbox API while it is served. */
export interface MailRequest {
  readonly traceId: string
  readonly startedAt: number
  owner: mailbox.MailOwner | null
  held: Held | null
  patience: Patience | null
  /** of a refusal */
  code: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    mail: MailRequest | null
  }
  interface FastifyContextConfig {
    /** it brings something to be stored, and is counted apart */
    isWriting?: boolean
  }
}

/** Set before anything else is done with a request. */
export const mailOf = (request: FastifyRequest): MailRequest => request.mail!

export const ownerOf = (request: FastifyRequest): mailbox.MailOwner => mailOf(request).owner!

/** What routes stand on; `serve` does the work when it is the caller's turn. */
export interface MailboxRouteOptions {
  readonly context: Context
  readonly serve: <T>(request: FastifyRequest, work: () => Promise<T>) => Promise<T>
}
