import { createWorld } from '../world.mjs'
import { runUnderLoad } from '../run.mjs'
import { crashPostgres, killOne, loseAnswersTo, CLAIM_WORDS } from './fleet.mjs'
import { DEFECTS } from '../defects.mjs'

/** How each defect is provoked; a fault test that never failed proves nothing (reliability.md §6). */
const provocations = {
  'answer-before-commit': { inject: killOne, rounds: 6, drainMs: 15_000 },
  'new-key-per-attempt': { inject: loseAnswersTo('commit\0'), rounds: 4, drainMs: 15_000 },
  'lease-renewal-by-owner': { inject: loseAnswersTo(CLAIM_WORDS), rounds: 3, drainMs: 8_000 },
}
void crashPostgres

export const controls = DEFECTS.map(({ name, title, patches, expects }) => ({
  name,
  title: `seeded defect that has to be caught: ${title}`,
  expects,
  run: async (context) => {
    const dist = context.place.withDefect(name, patches)
    const world = await createWorld(context.place, await context.postgres(), { dist, roles: ['gateway', 'worker'] })
    try {
      return await runUnderLoad(world, { name, ...provocations[name], clients: 6 }, context)
    } finally {
      await world.close()
    }
  },
}))
