import { cutPower } from './powercut.mjs'
import { createWorld, hasReports, NO_REPORTS } from '../world.mjs'
import { runUnderLoad } from '../run.mjs'
import { loseClaims, loseCommits, misbehave, stopCommits } from '../injections.mjs'
import { DEFECTS } from '../defects.mjs'

const loseReceipts = misbehave('lost answer')

/** How each defect is provoked; a fault test that never failed proves nothing (reliability.md §6). */
const provocations = {
  'answer-before-commit': { inject: stopCommits, rounds: 3, drainMs: 15_000 },
  'two-effects': { inject: loseCommits, rounds: 4, drainMs: 15_000 },
  'new-key-per-attempt': { inject: loseReceipts, rounds: 3, drainMs: 15_000 },
  'lease-renewal-by-owner': { inject: loseClaims, rounds: 3, drainMs: 8_000 },
}

export const controls = DEFECTS.map(({ name, title, patches, expects, isPowercut = false, needsReports = false }) => ({
  name,
  title: `seeded defect that has to be caught: ${title}`,
  expects,
  isLongOnly: isPowercut,
  run: async (context) => {
    if (needsReports && !hasReports(context.place)) return { skipped: NO_REPORTS }
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
