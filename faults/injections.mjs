import { setTimeout as sleep } from 'node:timers/promises'
import { FROM, TO } from './proxy.mjs'
import { startOrThrow } from './processes.mjs'

// What can be done to a fleet: each is given the world and the round, and returns when it is over.

/** The next one is killed while this one may still be starting, but never all of a kind at once. */
export async function killOne({ slots }, { random, note, count }) {
  const up = slots.filter(({ isUp }) => isUp)
  if (up.length === 0) return sleep(200)
  const slot = random.pick(up)
  const startedAt = Date.now()
  await slot.kill()
  count('killed')
  const back = startOrThrow(slot).then(() => note(Date.now() - startedAt))
  if (up.length <= 3) return back
  back.catch(() => undefined) // heal starts it again, and complains
}

export async function crashPostgres({ postgres }, { note }) {
  note(await postgres.crash())
}

/**
 * Workers have all their hands full when the database goes away, and nobody's letter is at fault: all of it has to go on
 * at once when it is back.
 */
export async function cutFullHands({ proxy, db }, { count }) {
  const pause = `insert into pause (id, channel, reason, created_by) values (gen_random_uuid(), 'mailbox', 'faults', 'faults')`
  await db.query(pause)
  await sleep(1_500)
  let held = 0
  proxy.faults.watch = ({ direction, bytes }) =>
    direction === TO && bytes.includes('m.sealed_recipient, i.sealed_content') && ++held > 0 ? 'lose' : 'pass'
  await db.query(`delete from pause where created_by = 'faults'`)
  for (let waits = 0; waits < 50 && held < FULL_HANDS; waits++) await sleep(20)
  proxy.faults.watch = null
  proxy.cut()
  count('cut in hand', held)
}

/** Of two workers, together. */
const FULL_HANDS = 16

export async function goSilent({ proxy }) {
  proxy.faults.hole = true
  await sleep(1_500)
  proxy.cut()
  proxy.faults.hole = false
}

export async function slowDown({ proxy }) {
  proxy.faults.latencyMs = 60
  await sleep(1_500)
  proxy.faults.latencyMs = 0
}

/** Some frames do not get through, and their connections are reset; for at most a second. */
const resetAt =
  ({ most, what, isWanted }) =>
  async ({ proxy }, { random, count }) => {
    let times = 0
    proxy.faults.watch = (frame) => {
      if (times >= most || !isWanted(frame) || random.chance(30)) return 'pass'
      times++
      count(what)
      return 'reset'
    }
    for (let waits = 0; waits < 50 && times < most; waits++) await sleep(20)
    proxy.faults.watch = null
  }

/** Nobody but the database knows that it is done. */
export const loseCommits = resetAt({
  most: 8,
  what: 'lost',
  isWanted: ({ direction, asked }) => direction === FROM && asked.includes('commit\0'),
})

/** Nobody has done what was asked for last. */
export const stopCommits = resetAt({
  most: 8,
  what: 'stopped',
  isWanted: ({ direction, bytes }) => direction === TO && bytes.includes('commit\0'),
})

/** What a worker has taken without knowing it comes back only when nobody renews its lease. */
export const loseClaims = resetAt({
  most: 2,
  what: 'lost',
  isWanted: ({ direction, asked, bytes }) =>
    direction === FROM && asked.includes('with recursive lines as') && !bytes.includes('SELECT 0\0'),
})

export async function hangUp({ faults }, { count }) {
  faults.onDrop = () => count('not waited for')
  faults.dropAnswers = 60
  await sleep(800)
  faults.dropAnswers = 0
}

/** The return channel treats half of its calls so for a while. */
export const misbehave =
  (how) =>
  async ({ receiver }, { random }) => {
    receiver.misbehave(how, 50, random)
    await sleep(700)
    receiver.heal()
  }

const STOP_LIMIT_MS = 10_000

export async function terminate({ slots }, { random, note }) {
  const slot = random.pick(slots)
  const startedAt = Date.now()
  const { code, signal } = await slot.signal('SIGTERM')
  const tookMs = Date.now() - startedAt
  if (code !== 0 || tookMs > STOP_LIMIT_MS) throw new Error(`SIGTERM ended in ${signal ?? code} after ${tookMs} ms`)
  note(tookMs)
  await startOrThrow(slot)
}

export async function mix(world, round) {
  const quiet = { ...round, note: () => undefined, count: () => undefined }
  const faults = [
    killOne,
    crashPostgres,
    ({ proxy }) => proxy.cut(),
    slowDown,
    stopCommits,
    loseCommits,
    loseClaims,
    hangUp,
  ]
  const [one, other] = [round.random.pick(faults), round.random.pick(faults)]
  await Promise.all([one(world, quiet), other === one ? null : other(world, quiet)])
}
