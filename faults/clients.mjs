import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { conclude } from './answers.mjs'
import { altered, newLetter, sha256, sign } from './letters.mjs'

const ANSWER_LIMIT_MS = 10_000
/** A Timestamp is good for five minutes: the same bytes are sent again for less. */
const SAME_BYTES_MS = 120_000

/** What the authorities know: what they tried to send, and what they were told. */
export function createLedger(tag) {
  return { tag, letters: new Map(), codes: new Map(), wrong: [], tries: 0, others: 0, requests: new Set() }
}

/**
 * Authorities that send letters until told to stop, each letter again and again, under the same reference, until there
 * is a definite answer. Some requests go out three times at once; some come again with another content.
 * @param options.pickUrl  address of a gateway, null when none is up
 * @param options.faults   { dropAnswers } share in percent of answers that the callers do not wait for
 */
export function startClients({ count, ledger, identity, services, random, pickUrl, faults, pauseMs = 30 }) {
  const state = { isOver: false, isAbandoned: false }
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const context = { ledger, identity, services, random, pickUrl, faults, agent, state, pauseMs }
  const all = Promise.all(Array.from({ length: count }, () => keepSending(context)))
  all.catch(() => undefined) // told by finish
  return {
    /** No new letters; resolves when each begun has its definite answer, false when that takes too long. */
    finish: async (limitMs) => {
      state.isOver = true
      const done = await Promise.race([all.then(() => true), sleep(limitMs, false, { ref: false })])
      state.isAbandoned = true
      agent.destroy()
      return done
    },
  }
}

/** One letter with an attachment, until there is a definite answer. */
export async function deliverOne({ ledger, identity, services, random, pickUrl }) {
  const agent = new Agent({ keepAlive: true })
  const state = { isAbandoned: false }
  const letter = { ...newLetter(random, { tag: ledger.tag, services }), operation: 'LahetaViesti' }
  const entry = { letter, ids: new Set(), toldDuplicate: false }
  ledger.letters.set(letter.reference, entry)
  await sendUntilDefinite({ ledger, identity, random, pickUrl, agent, faults: {}, state, copiesPercent: 0 }, entry)
  agent.destroy()
}

async function keepSending(context) {
  const { state, random, ledger, services, pauseMs } = context
  while (!state.isOver) {
    const entry = { letter: newLetter(random, { tag: ledger.tag, services }), ids: new Set(), toldDuplicate: false }
    ledger.letters.set(entry.letter.reference, entry)
    await sendUntilDefinite(context, entry)
    if (entry.ids.size > 0 && random.chance(8)) await sendOther(context, entry)
    await sleep(random.below(pauseMs * 2))
  }
}

async function sendUntilDefinite(context, entry) {
  const { random, identity, state, copiesPercent = 10 } = context
  let request = null
  for (let tries = 0; !state.isAbandoned; tries++) {
    const isOld = request === null || Date.now() - request.at > SAME_BYTES_MS
    if (isOld || random.chance(50)) request = { bytes: sign(identity, entry.letter), at: Date.now() }
    const copies = random.chance(copiesPercent) ? 3 : 1
    const bytes = Array.from({ length: copies }, (_, i) =>
      i === 0 || random.chance(50) ? request.bytes : sign(identity, entry.letter),
    )
    const kinds = await Promise.all(bytes.map((one) => sendOnce(context, entry, one)))
    // A caller that was told of a duplicate before it ever got through to anybody was told something untrue.
    if (tries === 0 && kinds.every((kind) => kind === 'duplicate')) context.ledger.wrong.push('duplicate of nothing')
    if (kinds.some((kind) => kind === 'stored' || kind === 'duplicate' || kind === 'wrong')) return
    await sleep(20 + random.below(120))
  }
}

async function sendOnce({ ledger, random, pickUrl, agent, faults }, entry, bytes) {
  const url = pickUrl(random)
  if (url === null) return 'again'
  ledger.tries++
  ledger.requests.add(sha256(bytes))
  const isDropped = random.chance(faults.dropAnswers ?? 0)
  const answer = await post(url, bytes, { agent, dropAfterMs: isDropped ? random.below(60) : null })
  if (isDropped && answer === null) faults.onDrop()
  const said = answer === null ? { kind: 'again', code: 'no answer' } : conclude(entry.letter.operation, answer)
  ledger.codes.set(said.code, (ledger.codes.get(said.code) ?? 0) + 1)
  if (said.kind === 'stored') entry.ids.add(said.id)
  if (said.kind === 'duplicate') entry.toldDuplicate = true
  if (said.kind === 'wrong') ledger.wrong.push(`${entry.letter.operation} answered ${said.code}`)
  return said.kind
}

/** Other content under a used reference has to be refused, and to change nothing. */
async function sendOther({ ledger, random, pickUrl, agent, identity, state }, { letter }) {
  const other = altered(letter)
  ledger.others++
  for (let tries = 0; tries < 5 && !state.isAbandoned; tries++) {
    const url = pickUrl(random)
    const answer = url === null ? null : await post(url, sign(identity, other), { agent, dropAfterMs: null })
    const { kind } = answer === null ? { kind: 'again' } : conclude(other.operation, answer)
    if (kind === 'duplicate') return
    if (kind !== 'again') return void ledger.wrong.push(`other content under a used reference: ${kind}`)
    await sleep(50)
  }
}

/** @returns null when there is no answer */
function post(url, body, { agent, dropAfterMs }) {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'text/xml;charset=UTF-8', 'content-length': body.length }
    const call = request(url, { method: 'POST', agent, headers, timeout: ANSWER_LIMIT_MS }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
      response.on('error', () => resolve(null))
    })
    call.on('error', () => resolve(null))
    call.on('timeout', () => call.destroy())
    call.end(body, () => {
      if (dropAfterMs !== null) setTimeout(() => call.destroy(), dropAfterMs).unref()
    })
  })
}
