import { setTimeout as sleep } from 'node:timers/promises'
import { FROM } from '../proxy.mjs'
import { startOrThrow } from '../processes.mjs'
import { runUnderLoad } from '../run.mjs'

/** Two gateways and two workers on one database; rounds: [quick, long]. */
const scenarios = [
  { name: 'calm', title: 'two gateways and two workers on one database, no fault', rounds: [3, 20], inject: () => sleep(200) },
  { name: 'kill', title: 'kill -9 of a gateway or a worker at a random moment', rounds: [20, 60], inject: killOne },
  { name: 'postgres', title: 'PostgreSQL ends at once and recovers', rounds: [5, 40], inject: crashPostgres },
  { name: 'cut', title: 'every database connection is reset', rounds: [4, 20], inject: ({ proxy }) => proxy.cut() },
  { name: 'silence', title: 'database connections are open and pass nothing for 1.5 s', rounds: [2, 10], inject: goSilent },
  { name: 'slow', title: 'everything to and from the database takes 60 ms more', rounds: [2, 10], inject: slowDown },
  { name: 'lost-commits', title: 'commits arrive, their answers do not', rounds: [4, 20], inject: loseAnswersTo('commit\0') },
  { name: 'lost-claims', title: 'claims of workers arrive, their answers do not', rounds: [4, 20], inject: loseClaims },
  { name: 'clients', title: 'callers do not wait for their answers', rounds: [3, 20], inject: hangUp },
  { name: 'sigterm', title: 'SIGTERM under load: everything in hand is finished, exit 0', rounds: [4, 20], inject: terminate },
  { name: 'mix', title: 'a choice of all these, two at a time', rounds: [6, 60], inject: mix },
]

export const fleetScenarios = scenarios.map(({ rounds: [quickRounds, longRounds], ...scenario }) => ({
  ...scenario,
  run: async (context) => {
    const world = await context.fleet()
    return runUnderLoad(world, { ...scenario, rounds: context.quick ? quickRounds : longRounds }, context)
  },
}))

/** The next one is killed while this one may still be starting, but never all of a kind at once. */
export async function killOne({ slots }, { random, note }) {
  const up = slots.filter(({ isUp }) => isUp)
  if (up.length < 2) await sleep(500)
  const slot = random.pick(up.length > 0 ? up : slots)
  const startedAt = Date.now()
  await slot.kill()
  const back = startOrThrow(slot).then(() => note(Date.now() - startedAt))
  if (up.length <= 3) return back
  back.catch(() => undefined) // heal starts it again, and complains
}

export async function crashPostgres({ postgres }, { note }) {
  note(await postgres.crash())
}

async function goSilent({ proxy }) {
  proxy.faults.hole = true
  await sleep(1_500)
  proxy.cut()
  proxy.faults.hole = false
}

async function slowDown({ proxy }) {
  proxy.faults.latencyMs = 60
  await sleep(1_500)
  proxy.faults.latencyMs = 0
}

/** For 300 ms the answer to every second statement with this in it is lost with its connection. */
export function loseAnswersTo(words) {
  const wanted = Buffer.from(words)
  return async ({ proxy }, { random }) => {
    proxy.faults.watch = ({ direction, asked }) =>
      direction === FROM && asked.includes(wanted) && random.chance(50) ? 'reset' : 'pass'
    await sleep(300)
    proxy.faults.watch = null
  }
}

export const CLAIM_WORDS = 'with recursive lines as'
function loseClaims(world, round) {
  return loseAnswersTo(CLAIM_WORDS)(world, round)
}

async function hangUp({ faults }) {
  faults.dropAnswers = 60
  await sleep(800)
  faults.dropAnswers = 0
}

const STOP_LIMIT_MS = 10_000

async function terminate({ slots }, { random, note }) {
  const slot = random.pick(slots)
  const startedAt = Date.now()
  const { code, signal } = await slot.signal('SIGTERM')
  const tookMs = Date.now() - startedAt
  if (code !== 0 || tookMs > STOP_LIMIT_MS) throw new Error(`SIGTERM ended in ${signal ?? code} after ${tookMs} ms`)
  note(tookMs)
  await startOrThrow(slot)
}

async function mix(world, round) {
  const quiet = { ...round, note: () => undefined }
  const faults = [killOne, crashPostgres, ({ proxy }) => proxy.cut(), slowDown, loseAnswersTo('commit\0'), loseClaims, hangUp]
  const [one, other] = [round.random.pick(faults), round.random.pick(faults)]
  await Promise.all([one(world, quiet), other === one ? null : other(world, quiet)])
}
