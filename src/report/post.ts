import { Agent as PlainAgent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { GatewayError } from '../errors.js'

/** An answer that does not end. */
export class AnswerTooLarge extends GatewayError<'ANSWER_TOO_LARGE'> {}

export interface Answer {
  readonly httpStatus: number
  readonly contentType: string | null
  /** when the server wants to be asked again; null when it does not say */
  readonly retryAfterMs: number | null
  readonly body: Buffer
}

export interface PostOptions {
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: string
  /** resolves the name for the connection */
  readonly lookup: LookupFunction
  /** PEM of the CAs to trust instead of those that Node knows */
  readonly ca?: string | undefined
  /** PEM of our key and certificate, for servers that ask who is calling */
  readonly identity: { readonly key: string; readonly cert: string } | null
  readonly signal: AbortSignal
}

/** An answer of a return channel is a status and a sentence. */
const MAX_ANSWER_BYTES = 1024 * 1024
const DAY_S = 24 * 60 * 60

/**
 * One POST on a connection of its own: no proxy from the environment, no redirect followed, certificates verified
 * whatever the environment says, the answer bounded.
 * @throws AnswerTooLarge; whatever breaks a connection
 */
export function post(url: URL, options: PostOptions): Promise<Answer> {
  const { headers, body, lookup, ca, identity, signal } = options
  const isTls = url.protocol === 'https:'
  const agent = isTls ? new TlsAgent(NO_REUSE) : new PlainAgent(NO_REUSE)
  const more: RequestOptions = {
    ...{ method: 'POST', agent, lookup, signal },
    headers: { ...headers, 'Accept-Encoding': 'identity', 'Content-Length': Buffer.byteLength(body) },
  }
  const tls = {
    ...{ rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    ...(ca !== undefined && { ca }),
    ...identity,
  }
  return new Promise<Answer>((resolve, reject) => {
    const take = (response: IncomingMessage): void => void collect(response).then(resolve, reject)
    const request = isTls ? tlsRequest(url, { ...more, ...tls }, take) : plainRequest(url, more, take)
    request.on('error', reject)
    request.end(body)
  }).finally(() => agent.destroy())
}

const NO_REUSE = { keepAlive: false }

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response) {
    sizeBytes += (chunk as Buffer).length
    if (sizeBytes > MAX_ANSWER_BYTES) {
      response.destroy()
      throw new AnswerTooLarge('ANSWER_TOO_LARGE', `The answer is larger than ${MAX_ANSWER_BYTES} bytes`)
    }
    chunks.push(chunk as Buffer)
  }
  const seconds = Number(response.headers['retry-after'])
  return {
    httpStatus: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? null,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, DAY_S) * 1_000 : null,
    body: Buffer.concat(chunks),
  }
}
