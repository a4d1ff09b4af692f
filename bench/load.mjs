import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

/**
 * Sends requests over kept-alive connections, `concurrency` at a time, until they are all sent or the time is up.
 * Every answer has to be TilaKoodi 202, or the figures would be about something else.
 */
export async function sendAll(url, requests, { concurrency, ms }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const durationsMs = []
  const start = performance.now()
  let next = 0
  const sender = async () => {
    while (next < requests.length && (next === 0 || performance.now() - start < ms)) {
      const sentAt = performance.now()
      const answer = await post(url, requests[next++], agent)
      durationsMs.push(performance.now() - sentAt)
      if (!/>202</.test(answer)) throw new Error(`A request was not accepted: ${answer.slice(0, 2_000)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, sender))
  } finally {
    agent.destroy()
  }
  return { durationsMs, elapsedMs: performance.now() - start }
}

function post(url, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml;charset=UTF-8', 'content-length': body.length }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
