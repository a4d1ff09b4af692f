import type { Channel as ChannelName } from '../message/index.js'
import type { outbox, Tx } from '../store/index.js'

export type Job = outbox.Job

/** Writes the consequence of an attempt in the transaction that ends it: both are there, or neither. */
export type Write = (tx: Tx) => Promise<void>

/**
 * What came of one attempt (message/deliveries.ts says what each word means). `code` is a word of ours, `detail` ids,
 * codes and measures: both are shown to operators and hold nothing about people.
 */
export type Outcome =
  | { readonly kind: 'delivered'; readonly write?: Write; readonly detail?: object }
  | { readonly kind: 'dropped'; readonly code: string; readonly detail?: object }
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly write?: Write
      /** asked once more after so long, although the answer was no; given up at once when missing */
      readonly retryAfterMs?: number
      readonly detail?: object
    }
  | {
      readonly kind: 'unreachable'
      readonly code: string
      /** the target's own wish; otherwise the channel's schedule says when */
      readonly retryAfterMs?: number
      /** the target did answer, and only this delivery is held up: no matter for the breaker */
      readonly answered?: true
      /** another delivery of the same request tells the line of it: what failed once must not count many times */
      readonly isToldElsewhere?: boolean
      readonly detail?: object
    }
  | { readonly kind: 'waiting'; readonly code: string; readonly retryAfterMs: number; readonly detail?: object }

/** One way out. Every channel passes the suite in test/support/channel-suite.ts. */
export interface Channel {
  readonly name: ChannelName
  /** deliveries of this channel that one process has in hand at once */
  readonly concurrency: number
  /** of these, with one target (`lineOf`): a slow one must not take all places; all of them when missing */
  readonly concurrencyPerLine?: number
  /** an attempt that takes longer is ended by `signal` and counts as unanswered */
  readonly timeoutMs: number
  /** milliseconds before the second attempt, the third and so on; after the last one the delivery is given up */
  readonly pausesMs: readonly number[]
  /**
   * Makes one attempt. It may be the second one of a delivery whose first had its effect and lost its word: everything
   * that leaves carries the delivery's own id, the same in every attempt.
   * Whatever is thrown counts as unanswered and is logged.
   */
  deliver(job: Job, signal: AbortSignal): Promise<Outcome>
}
