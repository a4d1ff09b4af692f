import { setTimeout as sleep } from 'node:timers/promises'
import * as inject from '../injections.mjs'
import { runUnderLoad } from '../run.mjs'

/** Two gateways and two workers on one database; rounds: [quick, long]. */
const scenarios = [
  {
    name: 'calm',
    title: 'two gateways and two workers on one database, no fault',
    rounds: [3, 20],
    inject: () => sleep(200),
  },
  {
    name: 'kill',
    title: 'kill -9 of a gateway or a worker at a random moment',
    rounds: [20, 60],
    inject: inject.killOne,
  },
  { name: 'postgres', title: 'PostgreSQL ends at once and recovers', rounds: [5, 40], inject: inject.crashPostgres },
  {
    name: 'backlog',
    title: 'the database goes away while workers have all hands full',
    rounds: [2, 10],
    // Promised in reliability.md §6: interrupted deliveries go on within 20 s.
    drainMs: 20_000,
    clients: 16,
    inject: inject.cutFullHands,
  },
  { name: 'cut', title: 'every database connection is reset', rounds: [4, 20], inject: ({ proxy }) => proxy.cut() },
  {
    name: 'silence',
    title: 'database connections are open and pass nothing for 1.5 s',
    rounds: [2, 10],
    inject: inject.goSilent,
  },
  {
    name: 'slow',
    title: 'everything to and from the database takes 60 ms more',
    rounds: [2, 10],
    inject: inject.slowDown,
  },
  {
    name: 'stopped-commits',
    title: 'commits do not arrive, and their connections are reset',
    rounds: [4, 20],
    inject: inject.stopCommits,
  },
  { name: 'lost-commits', title: 'commits arrive, their answers do not', rounds: [4, 20], inject: inject.loseCommits },
  {
    name: 'lost-claims',
    title: 'claims of workers arrive, their answers do not',
    rounds: [4, 20],
    inject: inject.loseClaims,
  },
  { name: 'clients', title: 'callers do not wait for their answers', rounds: [3, 20], inject: inject.hangUp },
  {
    name: 'sigterm',
    title: 'SIGTERM under load: everything in hand is finished, exit 0',
    rounds: [4, 20],
    inject: inject.terminate,
  },
  { name: 'mix', title: 'a choice of all these, two at a time', rounds: [6, 60], inject: inject.mix },
]

export const fleetScenarios = scenarios.map(({ rounds: [quickRounds, longRounds], ...scenario }) => ({
  ...scenario,
  run: async (context) => {
    const world = await context.fleet()
    return runUnderLoad(world, { ...scenario, rounds: context.quick ? quickRounds : longRounds }, context)
  },
}))
