import type { IncomingHttpHeaders } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import type { BytesInFlight } from './bytes-in-flight.js'
import { ArrivalError, CallerGone, TooLarge } from './errors.js'

const HEAD_BYTES = 64 * 1024
/** How much of an over-large request is read on and thrown away, so that its sender gets to reading the answer. */
const DRAIN_FACTOR = 4

/**
 * Collects a request's bytes, content encoding removed, up to a limit; what is over it is read and thrown away.
 * With a Content-Length the bytes are written straight into their place, so that a large body is in memory once.
 * @throws ArrivalError REQUEST_EMPTY, REQUEST_TOO_LARGE, CONTENT_ENCODING; Overloaded; CallerGone
 */
export async function readBody(
  payload: Readable,
  headers: IncomingHttpHeaders,
  { limitBytes, inFlight }: { limitBytes: number; inFlight: BytesInFlight },
): Promise<{ raw: Buffer; release: () => void }> {
  const decoded = decode(payload, headers['content-encoding'])
  const stated = decoded === payload ? Number(headers['content-length'] ?? 0) : 0
  const target = new Collector(Number.isSafeInteger(stated) && stated > 0 && stated <= limitBytes ? stated : 0)
  const held = inFlight.hold()
  try {
    let sizeBytes = 0
    // An early end must not destroy the stream: the caller still has to read why.
    for await (const chunk of decoded.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > limitBytes * DRAIN_FACTOR) break
      if (sizeBytes > limitBytes) {
        target.drop()
        continue
      }
      held.add(chunk.length)
      target.add(chunk)
    }
    if (sizeBytes > limitBytes) throw new TooLarge(target.head(), sizeBytes, limitBytes)
    if (sizeBytes === 0) throw new ArrivalError('REQUEST_EMPTY', 'The request has no content')
    return { raw: target.whole(), release: held.release }
  } catch (error) {
    held.release()
    payload.unpipe()
    if (decoded !== payload) decoded.destroy()
    payload.resume()
    throw meaningOf(error)
  }
}

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
  payload.on('error', (error) => decoder.destroy(error))
  // Reading may have ended before the decoder does; an error that nobody waits for must not end the process.
  decoder.on('error', () => undefined)
  return payload.pipe(decoder)
}

/** zlib's errors have codes Z_…; a connection that ended early has one of Node's. */
function meaningOf(error: unknown): unknown {
  const { code = '' } = (error ?? {}) as { code?: string }
  if (code.startsWith('Z_'))
    return new ArrivalError('CONTENT_ENCODING', 'The compressed content is damaged', { cause: error })
  if (/^ECONN|^ERR_STREAM|^EPIPE|^ERR_HTTP/.test(code))
    return new CallerGone('CALLER_GONE', 'The caller went away', { cause: error })
  return error
}

class Collector {
  #place: Buffer | null
  #filled = 0
  #chunks: Buffer[] = []
  #dropped: Buffer | null = null

  constructor(sizeBytes: number) {
    this.#place = sizeBytes > 0 ? Buffer.allocUnsafe(sizeBytes) : null
  }

  add(chunk: Buffer): void {
    if (this.#place !== null && this.#filled + chunk.length <= this.#place.length) {
      chunk.copy(this.#place, this.#filled)
      this.#filled += chunk.length
    } else {
      this.#chunks.push(chunk)
    }
  }

  /** Keeps the head only. */
  drop(): void {
    this.#dropped ??= Buffer.from(this.whole().subarray(0, HEAD_BYTES))
    this.#place = null
    this.#filled = 0
    this.#chunks = []
  }

  head(): string {
    return this.#dropped?.toString('utf8') ?? ''
  }

  whole(): Buffer {
    const placed = this.#place?.subarray(0, this.#filled)
    if (placed !== undefined && this.#chunks.length === 0) return placed
    return Buffer.concat(placed === undefined ? this.#chunks : [placed, ...this.#chunks])
  }
}
