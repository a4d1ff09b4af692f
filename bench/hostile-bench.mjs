import { attacks } from './attacks.mjs'
import { documentSigner, richPayload } from './documents.mjs'
import { measureInTurns, profileJudging, startGate } from './gate.mjs'
import { startGateway } from './gateway.mjs'
import { isAccepted, sendAll } from './load.mjs'
import { progress } from './progress.mjs'
import { requestMaker, sizes } from './request.mjs'
import { cpuRatio, summarize } from './stats.mjs'

/** What a HaeAsiakkaita holds at most: half as many customers as the reader takes attributes, since each has two. */
const MOST_CUSTOMERS = 49_000

/** Each attack beside an honest request of its size, at the endpoint's verification and at the whole endpoint. */
export async function benchHostile(options, place) {
  const wanted = attacks.filter(options.isWanted)
  const results = wanted.map(({ name, code, authenticated = false }) => ({ name, code, authenticated }))
  const gate = await startGate(place, options)
  const signDocument = await documentSigner(place.identity, place.dist)
  for (const [i, { name, code, make, packed }] of wanted.entries()) {
    progress(`hostile, verification: ${i + 1} of ${wanted.length}, ${name}`)
    const bytes = make(place.identity)
    Object.assign(results[i], { bytes: bytes.length, sentBytes: (packed?.(bytes) ?? bytes).length })
    // What comes packed is a matter of the door, and tells nothing new behind it.
    if (packed !== undefined) continue
    const documents = [
      { bytes, code },
      { bytes: honestMaker(place, bytes.length)(), code: 'accepted' },
      { bytes: signDocument(richPayload(bytes.length, MOST_CUSTOMERS)), code: 'accepted' },
    ]
    results[i].verification = compared(await measureInTurns(gate, place, options, documents))
    await profileJudging(gate, place, options, { name: `hostile ${name}`, bytes, code })
  }
  await gate.stop()
  await benchDoor(options, place, { wanted, results })
  return results
}

/** As many attachments as it takes; none may be larger than the limit. */
const honestMaker = ({ identity }, bytes) => requestMaker(identity, Math.max(sizes[0].bytes, bytes))

const compared = ([attack, honest, rich]) => ({
  attack: summarize(attack),
  honest: summarize(honest),
  ratio: cpuRatio(attack, honest),
  ...(rich && { rich: summarize(rich), richRatio: cpuRatio(attack, rich) }),
})

/** Over a socket: the gateway's own process, with the answer and the row of the message log. */
async function benchDoor({ doorRounds, roundMs, warmUpMs }, place, { wanted, results }) {
  const gateway = await startGateway(place)
  const round = async (make, ms, how) => {
    const requests = Array.from({ length: 2 }, make)
    // An honest request is accepted once; so that the time is used, more are made while there is little to sign.
    while (requests.length < 40 && requests[0].length * requests.length < 2_000_000) requests.push(make())
    await gateway.ask('gc')
    const before = await gateway.ask('cpu')
    const { durationsMs, elapsedMs } = await sendAll(gateway.url, requests, { concurrency: 1, ms, ...how })
    return { durationsMs, elapsedMs, cpuMs: (await gateway.ask('cpu')) - before }
  }
  await round(place.maker(sizes[0].name), warmUpMs)
  for (const [i, { name, code, packed, make }] of wanted.entries()) {
    progress(`hostile, endpoint: ${i + 1} of ${wanted.length}, ${name}`)
    const plain = make(place.identity)
    const bytes = packed?.(plain) ?? plain
    // A bomb that is larger than any request may be is beside the largest.
    const honest = honestMaker(place, Math.min(plain.length, 20_900_000))
    let traceId
    const how = {
      ...(packed && { headers: { 'content-encoding': 'gzip' } }),
      isExpected: (answer) => (traceId = answer.traceId) !== undefined && !isAccepted(answer),
    }
    const rounds = [[], []]
    for (let r = 0; r < doorRounds; r++) {
      rounds[0].push(await round(() => bytes, roundMs / 2, how))
      const met = gateway.codeOf(traceId)
      if (met !== code) throw new Error(`The attack "${name}" met ${met} instead of ${code}`)
      rounds[1].push(await round(honest, roundMs / 2))
    }
    results[i].endpoint = compared(rounds)
  }
  await gateway.stop()
}
