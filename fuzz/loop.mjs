import { setImmediate as breathe } from 'node:timers/promises'
import { Failure } from './failure.mjs'
import { minimize } from './minimize.mjs'
import { createRandom } from './random.mjs'

const CORPUS_MOST = 2_000
const REPORT_MS = 500
/** Memory is judged against what it was after this share of the time. */
const WARM_UP = 0.25

/**
 * Runs a target until the time is up: changes inputs that once did something new, and keeps those that do so again, by
 * the code that ran or by what was answered.
 * @param options  seconds; seed; box and coverage, opened and started; kindsMost, the number of different failures to end
 *   after; tell, which gets { progress } and { failure, input }
 * @returns the last progress
 */
export async function fuzz(target, options) {
  const run = new Run(target, options)
  await run.seeds()
  while (!run.isOver()) await run.batch()
  await run.end()
  return run.progress()
}

class Run {
  #startedAt = Date.now()
  #reportedAt = 0
  #executions = 0
  #outcomes = new Map()
  #features = new Set()
  #kinds = new Set()
  #corpus = []
  #corpusBytes = 0
  #deadEnds = new WeakSet()
  #warm = null

  constructor(target, { seconds, seed, box, coverage, kindsMost, tell }) {
    Object.assign(this, { target, box, coverage, kindsMost, tell })
    this.random = createRandom(seed)
    this.endsAt = Date.now() + seconds * 1_000
    this.warmAt = Date.now() + seconds * 1_000 * WARM_UP
  }

  isOver() {
    return Date.now() >= this.endsAt || this.#kinds.size >= this.kindsMost
  }

  async seeds() {
    for (const input of this.target.seeds) {
      if (this.isOver()) return
      await this.#one(input, 0)
      this.#keep(input)
    }
    this.coverage.look().commit()
    this.#report()
  }

  async batch() {
    const inputs = Array.from({ length: this.target.batch }, () => this.#next())
    const known = new Set(this.#corpus)
    await this.#all(inputs)
    const seen = this.coverage.look()
    if (seen.fresh > 0) {
      // What brought a new answer most often ran new code too.
      await this.#all(this.#corpus.filter((input) => !known.has(input)))
      const explained = this.coverage.look()
      explained.commit()
      if (explained.fresh < seen.fresh) await this.#locate(inputs, seen.fresh - explained.fresh)
    }
    // What ran once and not again is no guide to anything.
    seen.commit()
    await this.#afterBatch()
  }

  async end() {
    await this.#guard(() => this.target.finish?.())
    const grown = this.#warm === null ? 0 : this.#memory() - this.#warm
    if (grown > this.target.growthMiB * 2 ** 20) {
      const detail = `${Math.round(grown / 2 ** 20)} MiB more than after the warm-up, ${this.#executions} executions`
      this.#failed(new Failure('memory grows', detail), null)
    }
  }

  progress() {
    const seconds = (Date.now() - this.#startedAt) / 1_000
    return {
      executions: this.#executions,
      perSecond: Math.round(this.#executions / seconds),
      coverage: this.coverage.percent,
      corpus: this.#corpus.length,
      outcomes: [...this.#outcomes].sort(([, a], [, b]) => b - a),
    }
  }

  #next() {
    const recent = this.#corpus.slice(-Math.ceil(this.#corpus.length / 4))
    const from = this.random.chance(50) ? recent : this.#corpus
    // Of two, the smaller: what is large takes long, and mutations make large from small by themselves.
    const [a, b] = [this.random.pick(from), this.random.pick(from)]
    const parent = this.random.chance(80) && a.bytes.length > b.bytes.length ? b : a
    return this.target.mutate(parent, { random: this.random, other: () => this.random.pick(this.#corpus) })
  }

  /** Finds the inputs of a batch that made new code run, by halves; looking costs more than most inputs do. */
  async #locate(inputs, fresh) {
    let missing = fresh
    for (const half of halves(inputs)) {
      if (missing <= 0) return
      await this.#all(half)
      const seen = this.coverage.look()
      missing -= seen.fresh
      if (seen.fresh === 0) continue
      if (half.length > 1) await this.#locate(half, seen.fresh)
      else if (!this.#deadEnds.has(half[0])) this.#keep(half[0])
      seen.commit()
    }
  }

  async #all(inputs) {
    let next = 0
    const worker = async (lane) => {
      while (next < inputs.length) await this.#one(inputs[next++], lane)
    }
    await Promise.all(Array.from({ length: this.target.lanes }, (_, lane) => worker(lane)))
  }

  async #one(input, lane) {
    this.#executions++
    const rendered = this.target.render(input)
    this.box.enter(lane, rendered)
    const result = await this.#guard(() => this.target.run(input, rendered), input)
    this.box.leave(lane)
    if (result === null) return
    this.#outcomes.set(result.outcome, (this.#outcomes.get(result.outcome) ?? 0) + 1)
    if (result.isDeadEnd) this.#deadEnds.add(input)
    else if (!this.#features.has(result.feature)) this.#keep(input)
    this.#features.add(result.feature)
  }

  /** What `act` gives, or null after a failure. */
  async #guard(act, input = null) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      await this.#foundIn(error, input)
      return null
    }
  }

  async #foundIn(failure, input) {
    if (this.#kinds.has(failure.kind)) return
    this.#kinds.add(failure.kind)
    const small = input !== null && this.target.isMinimized ? await minimize(this.target, input, failure.kind) : input
    this.#failed(failure, small)
  }

  #failed(failure, input) {
    const { kind, detail } = failure
    const blamed = failure.input ?? input
    this.tell({ failure: { kind, detail }, input: blamed && asText(this.target.render(blamed)) })
  }

  async #afterBatch() {
    await this.#guard(() => this.target.afterBatch?.())
    await breathe()
    if (this.#warm === null && Date.now() > this.warmAt) this.#warm = this.#memory()
    if (Date.now() - this.#reportedAt > REPORT_MS) this.#report()
  }

  #keep(input) {
    this.#corpus.push(input)
    this.#corpusBytes += input.bytes.length
    if (this.#corpus.length <= CORPUS_MOST) return
    const [oldest] = this.#corpus.splice(this.random.below(CORPUS_MOST / 2), 1)
    this.#corpusBytes -= oldest.bytes.length
  }

  #memory() {
    globalThis.gc()
    globalThis.gc()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers - this.#corpusBytes
  }

  #report() {
    this.#reportedAt = Date.now()
    this.tell({ progress: this.progress() })
  }
}

const halves = (list) => (list.length === 1 ? [list] : [list.slice(0, list.length >> 1), list.slice(list.length >> 1)])

/** An input as it is kept in a file. */
export const asText = ({ bytes, note }) => ({ base64: Buffer.from(bytes).toString('base64'), note })
