import { setTimeout as sleep } from 'node:timers/promises'
import { MISBEHAVIOURS } from '../receiver.mjs'
import { runUnderLoad } from '../run.mjs'
import { hasReports } from '../world.mjs'

/** The return channel misbehaves: a share of what it is sent, so that some of it goes through on the first try. */
export const receiverScenarios = Object.keys(MISBEHAVIOURS).map((misbehaviour) => ({
  name: `receiver-${misbehaviour.replace(' ', '-')}`,
  title: `the authority's return channel answers half of the calls with: ${misbehaviour}`,
  run: async (context) => {
    if (!(await hasReports(context.place))) return { skipped: 'this build has no return channel' }
    const world = await context.fleet()
    const inject = async ({ receiver }, { random }) => {
      receiver.misbehave(misbehaviour, 50, random)
      await sleep(700)
      receiver.heal()
    }
    return runUnderLoad(world, { name: 'receiver', rounds: context.quick ? 2 : 10, inject, clients: 4 }, context)
  },
}))
