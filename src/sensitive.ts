import { inspect } from 'node:util'

const HIDDEN = '[hidden]'

/**
 * A value about a person, or a secret: it prints `[hidden]` in strings, JSON, logs and inspection, and opens only
 * where code says `reveal()`, so that every place that shows one can be found.
 */
export class Sensitive<T> {
  readonly #open: () => T
  constructor(open: () => T) {
    this.#open = open
  }
  reveal(): T {
    return this.#open()
  }
  toString(): string {
    return HIDDEN
  }
  toJSON(): string {
    return HIDDEN
  }
  [inspect.custom](): string {
    return HIDDEN
  }
}

export const sensitive = <T>(value: T): Sensitive<T> => new Sensitive(() => value)

/** A sealed value that is opened only if somebody reveals it. */
export const sealedValue = <T>(open: () => T): Sensitive<T> => new Sensitive(open)
