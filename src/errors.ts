/**
 * One hierarchy of errors. A code is stable and documented in docs/errors.md; what a caller is told is decided
 * elsewhere, by contract/answers.ts. Anything else that is thrown is a bug and is answered as INTERNAL.
 */
export class GatewayError<Code extends string = string> extends Error {
  readonly code: Code
  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** The caller can mend it: sending the same thing again gives the same error. */
export class SenderError<Code extends string = string> extends GatewayError<Code> {}

/** Waiting helps: sending the same thing again is safe and may succeed. */
export class UnavailableError<Code extends string = string> extends GatewayError<Code> {}
