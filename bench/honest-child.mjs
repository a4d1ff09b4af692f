// An honest caller: a small signed request at fixed times, whatever became of the one before.
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAccepted, post } from './load.mjs'
import { answerTo } from './probe.mjs'
import { requestMaker, sizes } from './request.mjs'

const { BENCH_KEY, BENCH_CERTIFICATE } = process.env
const identity = { privateKey: readFileSync(BENCH_KEY), certificate: readFileSync(BENCH_CERTIFICATE, 'utf8') }
const make = requestMaker(identity, sizes[0].bytes)
const agent = new Agent({ keepAlive: true })

/** Times count from when a request was due, so that waiting behind our own ones counts too. */
answerTo('measure', async ({ url, ms, everyMs }) => {
  // Signed before the clock starts.
  const requests = Array.from({ length: Math.ceil(ms / everyMs) }, make)
  const durationsMs = []
  const refused = []
  const start = performance.now()
  await Promise.all(
    requests.map(async (body, i) => {
      const due = start + i * everyMs
      await sleep(Math.max(0, due - performance.now()))
      const answer = await post(url, body, { agent }).catch((error) => ({ text: String(error.code ?? error) }))
      durationsMs.push(performance.now() - due)
      if (!isAccepted(answer)) refused.push(reasonOf(answer))
    }),
  )
  return { durationsMs, refused }
})

/** What an answer says of itself, without its signature. */
const reasonOf = ({ status = 'no answer', text }) =>
  `${status} ${text
    .replace(/<(?:\w+:)?Security[^]*Security>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')}`.slice(0, 500)
