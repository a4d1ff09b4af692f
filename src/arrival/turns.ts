import { LimitReached } from './errors.js'

/** Longer than this nobody waits for a turn: callers want their answer within ten seconds (clients.md R29). */
const MAX_WAIT_MS = 8_000

/**
 * Lets requests be read, judged and served in turns. A tree takes many times the bytes it was read from, and reading
 * stops everything else: so only some are in hand at once, each caller has a share of them, one is begun in each turn of
 * the event loop, and it is that of the caller who has kept the process least busy.
 */
export interface Turns {
  /**
   * @param caller  whose turn it takes
   * @param work    begun when it is its turn; what it does before it first waits for something is its cost
   * @returns what work returns, and that cost in milliseconds
   * @throws LimitReached OVERLOADED after too long a wait, and what work throws
   */
  run<T>(caller: string, work: () => Promise<T>): Promise<{ result: T; costMs: number }>
  /** Makes a caller wait for its next turn. */
  rest(caller: string, ms: number): void
  readonly waiting: number
}

interface Line {
  active: number
  /** what its requests have cost; halves every second, so that the past is forgiven */
  costMs: number
  costAt: number
  /** until then it has no turn, so that what others have begun goes on */
  restsUntil: number
  readonly waiting: (() => void)[]
}

const HALF_LIFE_MS = 1_000
/** A request of others takes a dozen turns of the event loop: what stops them all for longer than this is followed by a rest of several times that. */
const CHEAP_MS = 5
const REST_FACTOR = 3
/** With more callers than this, those who have nothing in hand are forgotten, and with them what they have cost. */
const MAX_LINES = 10_000

export function createTurns({
  atOnce,
  perCaller,
  maxWaitMs = MAX_WAIT_MS,
}: {
  atOnce: number
  perCaller: number
  maxWaitMs?: number
}): Turns {
  const lines = new Map<string, Line>()
  let active = 0
  let waiting = 0
  let isTurnTaken = false

  const lineOf = (caller: string): Line => {
    const line = lines.get(caller) ?? { active: 0, costMs: 0, costAt: performance.now(), restsUntil: 0, waiting: [] }
    lines.set(caller, line)
    return line
  }
  const costOf = (line: Line, now: number): number => line.costMs * 0.5 ** ((now - line.costAt) / HALF_LIFE_MS)
  const mayBegin = (line: Line, now: number): boolean =>
    !isTurnTaken && active < atOnce && line.active < perCaller && now >= line.restsUntil

  const isForgettable = (line: Line, now: number): boolean =>
    line.active === 0 && line.waiting.length === 0 && now >= line.restsUntil && costOf(line, now) < 1

  /** The next turn of the event loop: other callers' bytes were read meanwhile. */
  const nextTurn = (): void => {
    isTurnTaken = false
    const now = performance.now()
    let cheapest: Line | null = null
    let rested = Infinity
    for (const [caller, line] of lines) {
      if (line.waiting.length === 0) {
        if (isForgettable(line, now)) lines.delete(caller)
        continue
      }
      if (line.restsUntil > now) rested = Math.min(rested, line.restsUntil)
      if (!mayBegin(line, now)) continue
      if (cheapest === null || costOf(line, now) < costOf(cheapest, now)) cheapest = line
    }
    cheapest?.waiting.shift()!()
    // Nobody else might ever come by to begin what waits for the end of a rest.
    if (rested < Infinity) wakeIn(rested - now)
  }
  let alarm: NodeJS.Timeout | undefined
  /** Set anew in every turn, for whoever's rest is over first. */
  const wakeIn = (ms: number): void => {
    clearTimeout(alarm)
    alarm = setTimeout(() => {
      if (!isTurnTaken) nextTurn()
    }, ms)
  }
  const takeTurn = (): void => {
    isTurnTaken = true
    setImmediate(nextTurn)
  }
  const wait = (line: Line): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer)
        waiting--
        resolve()
      }
      const timer = setTimeout(() => {
        line.waiting.splice(line.waiting.indexOf(begin), 1)
        waiting--
        reject(new LimitReached('OVERLOADED', `No turn came within ${maxWaitMs} ms`, { limit: 'turns' }))
      }, maxWaitMs)
      line.waiting.push(begin)
      waiting++
    })

  return {
    get waiting() {
      return waiting
    },
    rest(caller, ms) {
      // Of more callers than can be remembered, the new ones do not rest.
      if (lines.size > MAX_LINES && !lines.has(caller)) return
      const line = lineOf(caller)
      line.restsUntil = Math.max(line.restsUntil, performance.now() + ms)
    },
    async run(caller, work) {
      const line = lineOf(caller)
      if (line.waiting.length > 0 || !mayBegin(line, performance.now())) {
        if (!isTurnTaken) takeTurn()
        await wait(line)
      }
      active++
      line.active++
      takeTurn()
      const begunAt = performance.now()
      try {
        const working = work()
        const now = performance.now()
        const costMs = now - begunAt
        line.costMs = costOf(line, now) + costMs
        line.costAt = now
        if (costMs > CHEAP_MS) line.restsUntil = now + costMs * REST_FACTOR
        return { result: await working, costMs }
      } finally {
        active--
        line.active--
        const isIdle = line.active === 0 && line.waiting.length === 0
        if (isForgettable(line, performance.now()) || (isIdle && lines.size > MAX_LINES)) lines.delete(caller)
        if (waiting > 0 && !isTurnTaken) takeTurn()
      }
    },
  }
}
