import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { callerOf } from '../addresses.js'
import { readBody } from '../body.js'
import { ArrivalError } from '../errors.js'
import type { Limits } from '../limits.js'
import { mailOf } from './request.js'

/** Takes JSON in within the same bounds as SOAP requests; any other body is refused unread. */
export function takeJson(app: FastifyInstance, limits: Limits): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const text = await textOf(request, payload, limits)
    if (text === null) return undefined
    return new Promise((resolve, reject) => {
      void parse(request, text, (error, value) => (error === null ? resolve(value) : reject(error)))
    })
  })
}

async function textOf(request: FastifyRequest, payload: Readable, limits: Limits): Promise<string | null> {
  const caller = callerOf(request.ip)
  const mail = mailOf(request)
  mail.held = limits.inFlight.hold(caller)
  mail.patience = limits.patience()
  try {
    const raw = await readBody(payload, request.headers, {
      ...{ limitBytes: limits.maxRequestBytes, held: mail.held, patience: mail.patience },
      mayDiscard: () => limits.discards.begin(caller),
    })
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch (error) {
    if (error instanceof ArrivalError && error.code === 'REQUEST_EMPTY') return null
    if ((error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new SyntaxError('The body is not UTF-8', { cause: error })
    throw error
  }
}
