// Floods the gateway from an address of its own, from a process that everybody else may push aside.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { constants, setPriority } from 'node:os'
import { clearInterval, setInterval } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from './load.mjs'
import { answerTo } from './probe.mjs'

setPriority(constants.priority.PRIORITY_LOW)
/** Whoever is cut off comes again, but not at once: it would only measure how fast Linux refuses connections. */
const AGAIN_MS = 20
const SLOW_PAUSE_MS = 1_000

let running = null

answerTo('start', ({ url, localAddress, kind, connections, file }) => {
  const bytes = readFileSync(file)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const flood = (running = { counts: {}, goesOn: true, agent, open: new Set() })
  const once = { requests: sendWhole, slow: sendSlowly, held: sendAllButOne }[kind]
  const worker = async () => {
    while (flood.goesOn) {
      const outcome = await once(flood, url, bytes, { agent, localAddress }).catch((error) => error.code ?? 'failed')
      if (!flood.goesOn) return
      flood.counts[outcome] = (flood.counts[outcome] ?? 0) + 1
      if (!/^\d/.test(outcome)) await sleep(AGAIN_MS)
    }
  }
  for (let i = 0; i < connections; i++) void worker()
})

answerTo('stop', () => {
  running.goesOn = false
  for (const one of running.open) one.destroy()
  running.agent.destroy()
  return running.counts
})

/** Sends small requests until they are refused for their number. */
answerTo('exhaust', async ({ url, localAddress, most }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  let sent = 0
  const worker = async () => {
    while (sent++ < most) {
      const { status } = await post(url, Buffer.from('<a/>'), { agent, localAddress })
      if (status === 503) sent = most
    }
  }
  await Promise.all(Array.from({ length: 32 }, worker))
  agent.destroy()
})

const sendWhole = async (_flood, url, bytes, how) => String((await post(url, bytes, how)).status)

/** The beginning at once, then a byte now and then. */
const sendSlowly = (flood, url, bytes, how) =>
  begun(flood, url, { bytes, ...how }, (sent) => {
    let at = 1_000
    sent.write(bytes.subarray(0, at))
    const timer = setInterval(() => sent.write(bytes.subarray(at, ++at)), SLOW_PAUSE_MS)
    sent.once('close', () => clearInterval(timer))
  })

const sendAllButOne = (flood, url, bytes, how) =>
  begun(flood, url, { bytes, ...how }, (sent) => sent.write(bytes.subarray(0, -1)))

/** A request whose end does not come; resolves to the status it is answered with in spite of that. */
function begun({ open }, url, { bytes, agent, localAddress }, write) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml', 'content-length': bytes.length }
    const sent = request(url, { method: 'POST', agent, localAddress, headers }, (response) => {
      response.resume()
      resolve(String(response.statusCode))
      response.once('close', () => sent.destroy())
    })
    open.add(sent)
    sent.once('close', () => open.delete(sent))
    sent.on('error', reject)
    write(sent)
  })
}
