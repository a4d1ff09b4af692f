import { gunzipSync, inflateSync } from 'node:zlib'
import { charsetOf } from '../../trust/index.js'

/** A request as somebody saved it: what was in front of the body is taken off. */
export interface SavedRequest {
  readonly body: Buffer
  /** charset parameter of the Content-Type header, if there was one */
  readonly charset: string | null
}

const MAX_HEAD_BYTES = 16 * 1024
const MAX_BODY_BYTES = 256 * 1024 * 1024
const HEADER_LINES = /^(?:[A-Z]{3,7} \S+ HTTP\/\d(?:\.\d)?\r?\n)?(?:[A-Za-z][A-Za-z0-9-]*:[^\r\n]*\r?\n)+\r?\n/

/** Splits HTTP headers from a body, and undoes what they say was done to it. */
export function readSaved(raw: Buffer): SavedRequest {
  const head = HEADER_LINES.exec(raw.toString('latin1', 0, MAX_HEAD_BYTES))?.[0]
  if (head === undefined) return { body: raw, charset: null }
  const header = (name: string): string | null =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? null
  const rest = raw.subarray(head.length)
  const sent = header('transfer-encoding')?.toLowerCase().includes('chunked') === true ? unchunked(rest) : rest
  return {
    body: decoded(sent, header('content-encoding')),
    charset: charsetOf(header('content-type')),
  }
}

/** Most tools save a body decoded and its headers as they were: what cannot be decoded is left as it is. */
function decoded(body: Buffer, encoding: string | null): Buffer {
  const options = { maxOutputLength: MAX_BODY_BYTES }
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(body, options)
    return encoding === 'deflate' ? inflateSync(body, options) : body
  } catch {
    return body
  }
}

function unchunked(raw: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; at < raw.length;) {
    const line = /^([0-9A-Fa-f]{1,8})[^\r\n]*\r\n/.exec(raw.toString('latin1', at, at + 64))
    if (line === null) return raw
    const size = parseInt(line[1]!, 16)
    if (size === 0) break
    const start = at + line[0].length
    chunks.push(raw.subarray(start, start + size))
    at = start + size + 2
  }
  return Buffer.concat(chunks)
}
