import { setTimeout as sleep } from 'node:timers/promises'
import { createLedger, deliverOne } from '../clients.mjs'
import { countOpen, countViolations } from '../count.mjs'
import { send, startOrThrow } from '../processes.mjs'
import { FROM, TO } from '../proxy.mjs'
import { createWorld } from '../world.mjs'

/** A step is before its frame to the database has arrived, and after when the answer has not; so are a return channel's calls. */
const PLACES = [TO, FROM, 'request', 'answer']
const QUICK_POINTS = 12
const DONE_LIMIT_MS = 30_000
/** Two messages at a time, each with a gateway and a database of its own: most of the time is waiting. */
const LANES = 2

/**
 * kill -9 at the n-th frame between the gateway and everything it speaks to, for one message each: first just before
 * PostgreSQL hears it, then just before the gateway hears that it is done. No hook in the product.
 */
export const nthScenario = {
  name: 'nth',
  title: 'kill -9 before and after every I/O step of one message',
  run: async (context) => {
    const startedAt = Date.now()
    const postgres = await context.postgres()
    const env = { ASTI_DELIVERY_LEASE_MS: '1000' }
    const worlds = []
    try {
      for (let lane = 0; lane < LANES; lane++)
        worlds.push(await createWorld(context.place, postgres, { roles: ['all'], env }))
      const steps = await countSteps(worlds[0], context)
      const points = choose(steps, context)
      const results = await inLanes(worlds, points, context)
      return summarize(results, { steps, startedAt })
    } finally {
      for (const world of worlds) await world.close()
    }
  },
}

/** What one message takes, undisturbed. */
async function countSteps(world, context) {
  const steps = Object.fromEntries(PLACES.map((kind) => [kind, 0]))
  const count = (kind) => void steps[kind]++
  await oneMessage(world, context, { count, isCrashed: () => false })
  return steps
}

/** All of them, or as many as fit, evenly, from a place that the seed decides. */
function choose(steps, { quick, random }) {
  const all = Object.entries(steps).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, i) => ({ kind, n: i + 1 })),
  )
  if (!quick || all.length <= QUICK_POINTS) return all
  const start = random.below(all.length)
  return Array.from(
    { length: QUICK_POINTS },
    (_, i) => all[Math.floor(start + (i * all.length) / QUICK_POINTS) % all.length],
  )
}

async function inLanes(worlds, points, context) {
  const results = []
  let next = 0
  const lane = async (world) => {
    while (next < points.length) {
      const point = points[next++]
      context.onRound(next, points.length)
      results.push({ ...point, ...(await crashAt(world, context, point)) })
    }
  }
  await Promise.all(worlds.map(lane))
  return results
}

async function crashAt(world, context, { kind, n }) {
  const [slot] = world.slots
  let [seen, crashed] = [0, false]
  const count = (which) => {
    if (crashed) return 'stop'
    if (which !== kind || ++seen !== n) return undefined
    crashed = true
    send(slot.pid, 'SIGKILL')
    return 'stop'
  }
  const counted = await oneMessage(world, context, { count, isCrashed: () => crashed })
  return { ...counted, crashed }
}

/** From the first byte to the last count; a gateway that was killed on the way is started again. */
async function oneMessage(world, context, { count, isCrashed }) {
  const [slot] = world.slots
  const { proxy, receiver, db } = world
  const ledger = createLedger(`nth-${context.random.below(2 ** 30)}`)
  const back = async () => {
    await slot.ended
    proxy.heal()
    receiver.heal()
    await startOrThrow(slot)
  }
  proxy.faults.watch = ({ direction }) => (count(direction) === 'stop' ? 'lose' : 'pass')
  receiver.watch(count)
  const sent = deliverOne({ ...world, random: context.random, ledger })
  let restarted = null
  const watchCrash = () => void (isCrashed() && (restarted ??= back()))
  const open = () => countOpen(db)
  let [done, drained] = [false, false]
  void sent.then(() => (done = true))
  for (const end = Date.now() + DONE_LIMIT_MS; Date.now() < end && !drained; await sleep(10)) {
    watchCrash()
    drained = done && (await open()) === 0
  }
  watchCrash()
  await restarted
  proxy.heal()
  receiver.heal()
  return countViolations(world, ledger, { finished: done, drained: drained || (await open()) === 0 })
}

function summarize(results, { steps, startedAt }) {
  const violations = {}
  const wrong = []
  for (const { kind, n, violations: found, wrong: said } of results) {
    for (const [name, count] of Object.entries(found)) {
      violations[name] = (violations[name] ?? 0) + count
      wrong.push(`crash at frame ${n} ${kind}: ${name} ${count}`)
    }
    wrong.push(...said)
  }
  const sum = (fact) => results.reduce((total, { facts }) => total + (facts[fact] ?? 0), 0)
  const crashes = results.filter(({ crashed }) => crashed).length
  // Idle frames make the last places come and go; a plan that hardly ever crashes proves nothing.
  if (crashes < results.length / 2) violations['too few crashes'] = results.length - crashes
  const all = Object.values(steps).reduce((total, count) => total + count, 0)
  return {
    violations,
    wrong,
    counts: { [`crashes, of ${all} places`]: crashes },
    rounds: results.length,
    facts: { messages: sum('messages'), tries: sum('tries'), attempts: sum('attempts') },
    seconds: (Date.now() - startedAt) / 1000,
  }
}
