import { GatewayError, SenderError, UnavailableError } from '../errors.js'

export type ArrivalErrorCode = 'REQUEST_EMPTY' | 'REQUEST_TOO_LARGE' | 'CONTENT_ENCODING' | 'NON_SIGNED_CLOSED'

export class ArrivalError extends SenderError<ArrivalErrorCode> {}

/** The request's size; `head` is its beginning, kept to answer in the form of its operation. */
export class TooLarge extends ArrivalError {
  readonly head: string
  readonly sizeBytes: number
  constructor(head: string, sizeBytes: number, limitBytes: number) {
    super('REQUEST_TOO_LARGE', `The request is larger than ${limitBytes} bytes`)
    this.head = head
    this.sizeBytes = sizeBytes
  }
}

export class Overloaded extends UnavailableError<'OVERLOADED'> {}

/** The caller went away before its request had arrived: nobody is left to answer. */
export class CallerGone extends GatewayError<'CALLER_GONE'> {}
