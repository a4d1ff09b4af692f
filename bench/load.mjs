import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

export const isAccepted = ({ text }) => />202</.test(text)

/**
 * Sends requests over kept-alive connections, `concurrency` at a time, until they are all sent or the time is up.
 * Every answer has to be the expected one, TilaKoodi 202 unless told, or the figures would be about something else.
 */
export async function sendAll(url, requests, { concurrency, ms, headers, isExpected = isAccepted }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const durationsMs = []
  const start = performance.now()
  let next = 0
  const sender = async () => {
    while (next < requests.length && (next === 0 || performance.now() - start < ms)) {
      const sentAt = performance.now()
      const answer = await post(url, requests[next++], { agent, headers })
      durationsMs.push(performance.now() - sentAt)
      if (!isExpected(answer)) throw new Error(`An answer is not the expected one: ${answer.text.slice(0, 2_000)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, sender))
  } finally {
    agent.destroy()
  }
  return { durationsMs, elapsedMs: performance.now() - start }
}

/** @param options  of node:http, besides the headers that every request has */
export function post(url, body, { headers, ...options }) {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'text/xml;charset=UTF-8', 'content-length': body.length, ...headers }
    const sent = request(url, { method: 'POST', headers: all, ...options }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          traceId: response.headers['x-trace-id'],
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
