import type { Check, TrustError, VerificationReport } from './errors.js'

type Facts = Check['facts']

/** Writes the verification report while the checks run: the code that decides is the code that reports. */
export class Reporter implements VerificationReport {
  readonly checks: Check[] = []
  #current: string | null = null
  #facts: Facts = {}

  /** Closes the running check as passed and begins the next. */
  next(check: string): void {
    this.done()
    this.#current = check
  }

  facts(facts: Facts): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  done(): void {
    this.#close(true)
  }

  failed(error: TrustError): void {
    this.facts({ code: error.code, reason: error.message })
    this.#close(false)
  }

  #close(passed: boolean): void {
    if (this.#current !== null) this.checks.push({ check: this.#current, passed, facts: this.#facts })
    this.#current = null
    this.#facts = {}
  }

  toJSON(): VerificationReport {
    return { checks: this.checks }
  }
}
