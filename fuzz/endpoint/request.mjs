import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'

/**
 * One HTTP request as it is fuzzed: { method, path, version, headers: [[name, value]], bytes (the content), coding,
 * framing, lengthOff, cutAt, flips, isPlain }. `isPlain` says that nothing but the content differs from an honest one.
 */
export const plainRequest = ({ path, headers, base64 }) => ({
  method: 'POST',
  path,
  version: 'HTTP/1.1',
  headers: [['Host', '127.0.0.1'], ['Connection', 'close'], ...Object.entries(headers)],
  bytes: Buffer.from(base64, 'base64'),
  coding: 'none',
  framing: 'length',
  lengthOff: 0,
  cutAt: null,
  flips: [],
  isPlain: true,
})

const codings = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  raw: (bytes) => deflateRawSync(bytes),
  twice: (bytes) => gzipSync(gzipSync(bytes)),
  torn: (bytes) => gzipSync(bytes).subarray(0, -9),
  doubled: (bytes) => Buffer.concat([gzipSync(bytes), gzipSync(bytes)]),
  bomb: () => gzipSync(Buffer.alloc(8 * 2 ** 20)),
}
export const CODINGS = Object.keys(codings)

const HASTE_MS = 60
const PATIENCE_MS = 1_000

/** How long to wait for an answer to what may not be a whole request; null when it is one. */
export function patienceOf({ isPlain, cutAt, flips, lengthOff, framing }) {
  if (isPlain) return null
  return cutAt !== null || flips.length > 0 || lengthOff > 0 || framing !== 'length' ? HASTE_MS : PATIENCE_MS
}

/** The bytes that go over the wire. */
export function wireOf(request) {
  const content = codings[request.coding](request.bytes)
  const headers = [...request.headers]
  if (request.framing === 'length' || request.framing === 'both')
    headers.push(['Content-Length', String(content.length + request.lengthOff)])
  if (request.framing === 'chunked' || request.framing === 'both') headers.push(['Transfer-Encoding', 'chunked'])
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = Buffer.from(`${request.method} ${request.path} ${request.version}\r\n${lines}\r\n`, 'latin1')
  const isChunked = request.framing === 'chunked' || request.framing === 'both'
  const wire = Buffer.concat([head, isChunked ? chunked(content) : content])
  for (const [at, byte] of request.flips) if (wire.length > 0) wire[at % wire.length] = byte
  return request.cutAt === null ? wire : wire.subarray(0, request.cutAt % (wire.length + 1))
}

const CHUNK_BYTES = 1_000

function chunked(content) {
  const pieces = []
  for (let at = 0; at < content.length; at += CHUNK_BYTES) {
    const chunk = content.subarray(at, at + CHUNK_BYTES)
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])
}
