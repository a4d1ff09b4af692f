import type { XmlElement } from '../../xml/index.js'
import type { CauseId, Facts } from '../errors.js'
import type { Examined } from '../examined.js'
import type { Signature } from '../signature.js'

/** Octets that somebody may have signed instead of what arrived, and what it would mean if he did. */
export interface Candidate {
  readonly id: CauseId
  readonly facts: Facts
  readonly octets: string | Buffer
}

/** A part whose octets are not those that were signed. */
export interface Subject {
  /** local name: Body, Timestamp, SignedInfo */
  readonly name: string
  readonly element: XmlElement
  readonly prefixes: readonly string[]
  /** our canonical form */
  readonly canonical: string
}

/** Where candidates look for what else could have been meant. */
export interface Surroundings {
  readonly examined: Examined & { readonly signature: Signature }
  readonly effort: Effort
}

/** Bounds of the search. `quick` is what a caller waits for; `thorough` is for whoever asks afterwards. */
export interface Effort {
  /** larger parts are not searched */
  readonly partOctets: number
  /** octets of all forms that are made and digested */
  readonly totalOctets: number
  /** how many forms; those of small parts cost more than their octets */
  readonly forms: number
  /** CPU of this process while the search goes on, milliseconds */
  readonly cpuMs: number
  /** whether two changes at once are tried too */
  readonly pairs: boolean
}

export const quick: Effort = { partOctets: 64 * 1024, totalOctets: 1024 * 1024, forms: 400, cpuMs: 100, pairs: false }
export const thorough: Effort = {
  partOctets: 64 * 1024 * 1024,
  totalOctets: 256 * 1024 * 1024,
  forms: 20_000,
  cpuMs: 60_000,
  pairs: true,
}

/** What is left of an effort; shared by everything that is tried for one request. */
export class Budget {
  readonly effort: Effort
  tried = 0
  complete = true
  #octets = 0
  readonly #startedAt = process.cpuUsage()

  constructor(effort: Effort) {
    this.effort = effort
  }

  /** Whether this many octets more may be worked on; when not, the search is over. */
  take(octets: number): boolean {
    const isSpent = this.#octets + octets > this.effort.totalOctets || this.tried >= this.effort.forms
    if (isSpent || this.#cpuMs() > this.effort.cpuMs) {
      this.complete = false
      return false
    }
    this.#octets += octets
    this.tried++
    return true
  }

  /** Whatever shape makes a form dearer than its octets, it is not made again and again. */
  #cpuMs(): number {
    const { user, system } = process.cpuUsage(this.#startedAt)
    return (user + system) / 1000
  }
}
