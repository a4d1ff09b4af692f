import { join } from 'node:path'
import { benchFile, startChild } from './child.mjs'
import { sizes } from './request.mjs'

/** A share of a round: the documents are many. */
const SHARE = 1 / 4

/** The endpoint's verification in a warm process of its own. */
export async function startGate(place, { warmUpMs, warmUpLeast }) {
  const gate = startChild({
    file: benchFile('gate-child.mjs'),
    env: { BENCH_CERTIFICATE: place.certificateFile, BENCH_DIST: place.dist },
  })
  const file = place.keep(place.maker(sizes[0].name)())
  await gate.ask('run', { file, code: 'accepted', ms: warmUpMs, least: warmUpLeast })
  place.forget(file)
  return gate
}

/**
 * Rounds of several documents in turns, after one from the last to the first that makes V8 know their code.
 * @param documents  { bytes, code } each: what it is, and what it has to meet
 * @returns rounds of each document
 */
export async function measureInTurns(gate, place, { gateRounds, roundMs }, documents) {
  const files = documents.map(({ bytes }) => place.keep(bytes))
  const run = (at) => gate.ask('run', { file: files[at], code: documents[at].code, ms: roundMs * SHARE })
  for (let at = files.length - 1; at >= 0; at--) await run(at)
  const rounds = documents.map(() => [])
  for (let round = 1; round <= gateRounds; round++) for (const [at, done] of rounds.entries()) done.push(await run(at))
  for (const file of files) place.forget(file)
  return rounds
}

/** Saves what judging one document spends its time on, when profiles are wanted. */
export async function profileJudging(gate, place, { profile, roundMs }, { name, bytes, code }) {
  if (!profile) return
  const file = place.keep(bytes)
  await gate.ask('profile')
  await gate.ask('run', { file, code, ms: roundMs })
  await gate.ask('profiled', { file: join(profile, `${name.replace(/[^\w]+/g, '-')}.cpuprofile`) })
  place.forget(file)
}
