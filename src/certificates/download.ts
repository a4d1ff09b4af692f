import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface DownloadLimits {
  readonly maxBytes: number
  /** for everything: name, connection, answer */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export type Downloaded = { readonly bytes: Buffer } | { readonly problem: string }

const MAX_HOPS = 3

/**
 * Fetches what a CA publishes: plain requests of our own without proxy, cookies, compression or a connection that stays,
 * within a size and a time. A redirect is followed only to http and https, and never from https to http.
 * @returns the bytes, or in words for operators why there are none; never throws
 */
export async function download(
  url: string,
  limits: DownloadLimits,
  post?: { readonly body: Buffer; readonly contentType: string },
): Promise<Downloaded> {
  const timeout = AbortSignal.timeout(limits.timeoutMs)
  const signal = limits.signal === undefined ? timeout : AbortSignal.any([limits.signal, timeout])
  try {
    let address = new URL(url)
    for (let hop = 0; hop <= MAX_HOPS; hop++) {
      const response = await send(address, signal, post)
      const target = redirectOf(response, address)
      if (target === null) return await readAll(response, limits.maxBytes)
      response.destroy()
      if (post !== undefined || !isAllowed(target, address)) return { problem: `${address.host} redirects elsewhere` }
      address = target
    }
    return { problem: `${address.host} redirects again and again` }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    const why = timeout.aborted ? `did not answer within ${limits.timeoutMs} ms` : `cannot be reached (${code ?? name})`
    return { problem: `${hostOf(url)} ${why}` }
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'the address')

function send(
  url: URL,
  signal: AbortSignal,
  post: { readonly body: Buffer; readonly contentType: string } | undefined,
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const headers = post && { 'content-type': post.contentType, 'content-length': post.body.length }
    const sent = request(url, { method: post ? 'POST' : 'GET', headers, signal, agent: false }, resolve)
    sent.on('error', reject)
    sent.end(post?.body)
  })
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return null
  return URL.canParse(location, from.href) ? new URL(location, from.href) : null
}

const isAllowed = (to: URL, from: URL): boolean =>
  to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:')

async function readAll(response: IncomingMessage, maxBytes: number): Promise<Downloaded> {
  if (response.statusCode !== 200) {
    response.destroy()
    return { problem: `the answer was HTTP ${response.statusCode ?? 0}` }
  }
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    sizeBytes += piece.length
    // Leaving the loop destroys the response and its connection.
    if (sizeBytes > maxBytes) return { problem: `the answer was larger than ${maxBytes} bytes` }
    pieces.push(piece)
  }
  return { bytes: Buffer.concat(pieces) }
}
