import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Sensitive } from '../../sensitive.js'
import { mailbox } from '../../operations/index.js'

const { MailboxError } = mailbox

export const OWNER_PATTERN = '^[0-9A-Za-z+-]{1,20}$'
const isOwner = new RegExp(OWNER_PATTERN)

const hash = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/**
 * Lets through who knows the token; the comparison takes as long whatever is wrong with it.
 * @throws MailboxError MAILBOX_TOKEN_WRONG
 */
export function createTokenCheck(token: Sensitive<string>): (request: FastifyRequest) => void {
  const expected = hash(token.reveal())
  return ({ headers: { authorization } }) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? ''
    if (!timingSafeEqual(hash(given), expected))
      throw new MailboxError('MAILBOX_TOKEN_WRONG', 'The bearer token is missing or wrong')
  }
}

/** Whose mailbox the page asks for. @throws MailboxError MAILBOX_OWNER_INVALID */
export function ownerHeader({ headers }: FastifyRequest): string {
  const written = headers['x-mailbox-owner']
  if (typeof written === 'string' && isOwner.test(written)) return written
  throw new MailboxError('MAILBOX_OWNER_INVALID', 'X-Mailbox-Owner is missing or has no known form')
}
