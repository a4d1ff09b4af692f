import { misbehave } from '../injections.mjs'
import { MISBEHAVIOURS } from '../receiver.mjs'
import { runUnderLoad } from '../run.mjs'
import { hasReports, NO_REPORTS } from '../world.mjs'

/** The return channel misbehaves: a share of what it is sent, so that some of it goes through on the first try. */
export const receiverScenarios = Object.keys(MISBEHAVIOURS).map((misbehaviour) => ({
  name: `receiver-${misbehaviour.replace(' ', '-')}`,
  title: `the authority's return channel answers half of the calls with: ${misbehaviour}`,
  run: async (context) => {
    if (!hasReports(context.place)) return { skipped: NO_REPORTS }
    const world = await context.fleet()
    const inject = misbehave(misbehaviour)
    return runUnderLoad(world, { name: 'receiver', rounds: context.quick ? 2 : 10, inject, clients: 4 }, context)
  },
}))
