import type { IncomingHttpHeaders } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import type { Held } from './bytes-in-flight.js'
import { Collector } from './collector.js'
import { ArrivalError, CallerGone, Unfinished } from './errors.js'
import { flow, Gone, Late, type Patience } from './patience.js'

/** How much of a body that is known to be too large is looked at, to answer in the form of its operation. */
const LOOK_BYTES = 64 * 1024
/** How much of a refused request is read on and thrown away, so that its sender gets to reading the answer. */
const DRAIN_FACTOR = 4

export interface BodyBounds {
  readonly limitBytes: number
  readonly held: Held
  readonly patience: Patience
  /** Ends throwing away, or null when the rest is to be left unread. */
  readonly mayDiscard: () => (() => void) | null
}

/**
 * Collects a request's bytes, content encoding removed, up to a limit; the rest of a refused one is read and thrown away.
 * With a Content-Length the bytes are written straight into their place, so that a large body is in memory once.
 * @throws ArrivalError REQUEST_EMPTY, REQUEST_TOO_LARGE, REQUEST_TIMEOUT, CONTENT_ENCODING; LimitReached; CallerGone
 */
export async function readBody(
  payload: Readable,
  headers: IncomingHttpHeaders,
  { limitBytes, held, patience, mayDiscard }: BodyBounds,
): Promise<Buffer> {
  const stated = statedLength(headers)
  const willFit = stated <= limitBytes
  const target = new Collector(willFit ? stated : 0)
  let decoded = payload
  let sizeBytes = 0
  try {
    // Known in advance: refused before any of it takes room.
    if (willFit) held.expect(stated)
    decoded = decode(payload, headers['content-encoding'])
    const take = (chunk: Buffer): void => {
      sizeBytes += chunk.length
      if (sizeBytes <= limitBytes) held.add(chunk.length)
      target.add(chunk)
      if (sizeBytes > (willFit ? limitBytes : Math.min(LOOK_BYTES, limitBytes)))
        throw new Unfinished('REQUEST_TOO_LARGE', `The request is larger than ${limitBytes} bytes`, {
          head: target.head(),
          sizeBytes: Math.max(sizeBytes, stated),
        })
    }
    await flow(payload, decoded, { patience, take })
    if (sizeBytes === 0) throw new ArrivalError('REQUEST_EMPTY', 'The request has no content')
    return target.whole()
  } catch (error) {
    held.release()
    if (decoded !== payload) decoded.destroy()
    const refusal =
      error instanceof Late
        ? new Unfinished('REQUEST_TIMEOUT', `${error.message}; ${progress(sizeBytes, stated)}`, {
            head: target.head(),
            sizeBytes,
          })
        : meaningOf(error)
    target.drop()
    await discardBody(payload, { limitBytes, patience, mayDiscard })
    throw refusal
  }
}

/** Reads a body that nobody wants, within bounds; what is still to come after them is left to the server's own timeout. */
export async function discardBody(
  payload: Readable,
  { limitBytes, patience, mayDiscard }: Omit<BodyBounds, 'held'>,
): Promise<void> {
  payload.on('error', () => undefined)
  payload.unpipe()
  let sizeBytes = 0
  const take = (chunk: Buffer): void => {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes * DRAIN_FACTOR) throw new Error('Enough was thrown away')
  }
  if (patience.ranOut) return void payload.resume()
  const end = mayDiscard()
  if (end === null) {
    patience.leavesRest = true
    return
  }
  await flow(payload, payload, { patience, take }).catch(() => undefined)
  end()
  payload.resume()
}

/** Bytes to come, if the caller said so and they are the request as it is; otherwise 0. */
function statedLength(headers: IncomingHttpHeaders): number {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  const stated = encoding === '' || encoding === 'identity' ? Number(headers['content-length'] ?? 0) : 0
  return Number.isSafeInteger(stated) && stated > 0 ? stated : 0
}

const progress = (sizeBytes: number, stated: number): string =>
  `${sizeBytes}${stated > 0 ? ` of ${stated}` : ''} bytes had arrived`

function decode(payload: Readable, encoding: string | undefined): Readable {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return payload
    case 'gzip':
    case 'x-gzip':
      return forward(payload, createGunzip())
    case 'deflate':
      return forward(payload, createInflate())
    default:
      throw new ArrivalError('CONTENT_ENCODING', 'The content encoding is not supported')
  }
}

function forward(payload: Readable, decoder: Transform): Readable {
  // Reading may have ended before the decoder does; an error that nobody waits for must not end the process.
  decoder.on('error', () => undefined)
  return payload.pipe(decoder)
}

/** zlib's errors have codes Z_…; a connection that ended early has one of Node's. */
function meaningOf(error: unknown): unknown {
  const { code = '' } = (error ?? {}) as { code?: string }
  if (code.startsWith('Z_'))
    return new ArrivalError('CONTENT_ENCODING', 'The compressed content is damaged', { cause: error })
  if (error instanceof Gone || /^ECONN|^ERR_STREAM|^EPIPE|^ERR_HTTP/.test(code))
    return new CallerGone('CALLER_GONE', 'The caller went away', { cause: error })
  return error
}
