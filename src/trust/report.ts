import { canonicalize } from '../xml/index.js'
import type { Cause, Check, Facts, LiveReport, PartReport, Search, TrustError, VerificationReport } from './errors.js'
import type { Examined } from './examined.js'
import { describeParts } from './report-facts.js'

/**
 * Writes the verification report while the checks run: the code that decides is the code that reports. What costs
 * something to tell is told of refused requests only, or when somebody asks.
 */
export class Reporter implements LiveReport {
  readonly checks: Check[] = []
  parts: readonly PartReport[] = []
  cause: Cause | null = null
  search: Search | null = null
  readonly #examined: Examined
  readonly #details: (() => Facts)[][] = []
  #current: string | null = null
  #facts: Facts = {}
  #pending: (() => Facts)[] = []
  #isWhole = false

  constructor(examined: Examined) {
    this.#examined = examined
  }

  /** Closes the running check as passed and begins the next. */
  next(check: string): void {
    this.#close(true)
    this.#current = check
  }

  facts(facts: Facts): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  /** Facts of the running check that are worth their cost only when somebody reads them. */
  details(details: () => Facts): void {
    this.#pending.push(details)
  }

  done(): void {
    this.#close(true)
    this.parts = describeParts(this.#examined).map(({ element, digest, sizeBytes }) => ({ element, digest, sizeBytes }))
  }

  failed(error: TrustError): void {
    this.facts({ code: error.code, reason: error.message })
    this.#close(false)
    this.#complete()
  }

  canonicalOf(reference: number): Buffer | null {
    const { parts, signature } = this.#examined
    const part = parts?.[reference]
    if (part === undefined || signature === undefined) return null
    const pieces: Buffer[] = []
    const prefixes = signature.references[reference]!.inclusivePrefixes
    canonicalize(part, prefixes, (piece) => pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece))
    return Buffer.concat(pieces)
  }

  whole(): VerificationReport {
    this.#complete()
    return this.toJSON()
  }

  toJSON(): VerificationReport {
    const { checks, parts, cause, search } = this
    return {
      checks,
      ...(parts.length > 0 && { parts }),
      ...(cause !== null && { cause }),
      ...(search !== null && { search }),
    }
  }

  #complete(): void {
    if (this.#isWhole) return
    this.#isWhole = true
    this.#details.forEach((details, i) => {
      const { check, passed, facts } = this.checks[i]!
      const more = Object.assign({}, ...details.map(told)) as Facts
      this.checks[i] = { check, passed, facts: { ...more, ...facts } }
    })
    this.parts = quietly(() => describeParts(this.#examined), [])
  }

  #close(passed: boolean): void {
    if (this.#current !== null) {
      this.checks.push({ check: this.#current, passed, facts: this.#facts })
      this.#details.push(this.#pending)
    }
    this.#current = null
    this.#facts = {}
    this.#pending = []
  }
}

const told = (details: () => Facts): Facts => quietly(details, {})

/** What is told beside a decision must not change it: a bug there would turn a refusal into a fault of ours. */
function quietly<T>(work: () => T, otherwise: T): T {
  try {
    return work()
  } catch {
    return otherwise
  }
}
