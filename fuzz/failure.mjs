/** What a target says when something is wrong; anything else that is thrown is a fault of the fuzzer. */
export class Failure extends Error {
  /**
   * @param kind    a few words that stay the same for the same fault
   * @param detail  what a person needs besides
   * @param options.input  the input that is to blame, where it is not the one that was run last
   */
  constructor(kind, detail, { cause, input } = {}) {
    super(`${kind}: ${detail}`, { cause })
    this.input = input ?? null
    this.kind = kind
    this.detail = detail
  }
}

/** Where something was thrown, for telling faults of one kind apart. */
export const placeOf = (error) => /\n\s+at [^\n]*?([\w-]+\.m?js:\d+)/.exec(error?.stack ?? '')?.[1] ?? 'nowhere'

export const thrown = (error) =>
  new Failure(`threw ${error?.name ?? typeof error} at ${placeOf(error)}`, error?.stack ?? String(error), {
    cause: error,
  })
