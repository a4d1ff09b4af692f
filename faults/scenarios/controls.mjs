import { cutPower } from './powercut.mjs'
import { createWorld } from '../world.mjs'
import { runUnderLoad } from '../run.mjs'
import { killOne, loseClaims, loseCommits } from '../injections.mjs'
import { DEFECTS } from '../defects.mjs'

/** How each defect is provoked; a fault test that never failed proves nothing (reliability.md §6). */
const provocations = {
  'answer-before-commit': { inject: killOne, rounds: 6, drainMs: 15_000 },
  'new-key-per-attempt': { inject: loseCommits, rounds: 4, drainMs: 15_000 },
  'lease-renewal-by-owner': { inject: loseClaims, rounds: 3, drainMs: 8_000 },
}

export const controls = DEFECTS.map(({ name, title, patches, expects, isPowercut = false }) => ({
  name,
  title: `seeded defect that has to be caught: ${title}`,
  expects,
  isLongOnly: isPowercut,
  run: async (context) => {
    const dist = context.place.withDefect(name, patches)
    if (isPowercut) return cutPower(context, { name, rounds: 4, dist })
    const world = await createWorld(context.place, await context.postgres(), { dist, roles: ['gateway', 'worker'] })
    try {
      return await runUnderLoad(world, { name, ...provocations[name], clients: 6 }, context)
    } finally {
      await world.close()
    }
  },
}))
