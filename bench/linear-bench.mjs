import { documentSigner } from './documents.mjs'
import { measureInTurns, profileJudging, startGate } from './gate.mjs'
import { progress } from './progress.mjs'
import { shapes } from './shapes.mjs'
import { summarize } from './stats.mjs'

/** A share of the fixed cost: what costs less than this more is lost in it. */
const CLEAR = 0.2

/**
 * What one more of something costs, at each size. The fixed cost is that of the same document with none of it, measured
 * in the same rounds. The least of the rounds counts: what disturbs a round only adds to it.
 */
export async function benchLinear(options, place) {
  const signDocument = await documentSigner(place.identity, place.dist)
  const gate = await startGate(place, options)
  const results = []
  const wanted = shapes.filter(options.isWanted)
  for (const [i, { name, unit, steps, make }] of wanted.entries()) {
    progress(`linear: ${i + 1} of ${wanted.length}, ${name}`)
    const documents = [0, ...steps].map((n) => ({ bytes: signDocument(...make(n)), code: 'accepted' }))
    const rounds = await measureInTurns(gate, place, options, documents)
    const [fixed, ...costs] = rounds.map((all) => summarize(all).cpuMs)
    const perUnitUs = steps.map((n, at) => ((costs[at].min - fixed.min) / n) * 1000)
    results.push({
      name,
      unit,
      fixedMs: fixed,
      steps: steps.map((n, at) => ({
        n,
        bytes: documents[at + 1].bytes.length,
        cpuMs: costs[at],
        perUnitUs: perUnitUs[at],
      })),
      growth: growthOf(perUnitUs, costs, fixed),
    })
    await profileJudging(gate, place, options, { name: `linear ${name}`, ...documents.at(-1) })
  }
  await gate.stop()
  return results
}

/** The largest against the second smallest, or the next whose cost stands clear of the fixed one; null when none does. */
function growthOf(perUnitUs, costs, fixed) {
  const from = costs.findIndex(({ min }, at) => at > 0 && min - fixed.min >= fixed.min * CLEAR)
  return from < 0 || from === costs.length - 1 ? null : perUnitUs.at(-1) / perUnitUs[from]
}
