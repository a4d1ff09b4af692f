import { request as httpRequest } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { WireAnswer } from './readers/wire-rules.js'
import type { BuiltRequest } from './types.js'

/**
 * Posts the bytes with exactly the headers of the client, no more: fetch would add a Content-Type and refuse others.
 * @param origin for instance `http://127.0.0.1:4711`
 */
export function postAsClient(origin: string, { path, headers, body }: Omit<BuiltRequest, 'sent'>): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(body.length) }
    const call = httpRequest(new URL(path, origin), { method: 'POST', headers: { ...headers, ...length } })
    call.on('error', reject)
    call.on('response', (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.on('error', reject)
      answer.on('end', () => {
        const raw = Buffer.concat(pieces)
        const zipped = answer.headers['content-encoding'] === 'gzip'
        resolve({ status: answer.statusCode!, headers: answer.headers, body: zipped ? gunzipSync(raw) : raw })
      })
    })
    // Expect: 100-continue is honoured, as the client behind it does.
    if (headers['Expect'] === undefined) call.end(body)
    else call.on('continue', () => call.end(body))
  })
}
