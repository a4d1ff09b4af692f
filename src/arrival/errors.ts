import { GatewayError, SenderError, UnavailableError } from '../errors.js'

export type ArrivalErrorCode =
  'REQUEST_EMPTY' | 'REQUEST_TOO_LARGE' | 'REQUEST_TIMEOUT' | 'CONTENT_ENCODING' | 'NON_SIGNED_CLOSED'

export class ArrivalError extends SenderError<ArrivalErrorCode> {}

/** A request that did not arrive whole; `head` is its beginning, kept to guess what it was about. */
export class Unfinished extends ArrivalError {
  readonly head: string
  readonly sizeBytes: number
  constructor(
    code: 'REQUEST_TOO_LARGE' | 'REQUEST_TIMEOUT',
    message: string,
    { head, sizeBytes }: { head: string; sizeBytes: number },
  ) {
    super(code, message)
    this.head = head
    this.sizeBytes = sizeBytes
  }
}

/** What protects the process and its honest callers from one that asks for too much. */
export type Limit =
  | 'bytes'
  | 'bytes-per-address'
  | 'connections'
  | 'connections-per-address'
  | 'requests-per-connection'
  | 'refused-work-per-address'
  | 'turns'
  | 'requests-per-address'
  | 'requests-per-service'
  | 'requests-per-owner'

/** Come again later: the message log's note `limit` says which limit it was. */
export class LimitReached extends UnavailableError<'OVERLOADED' | 'RATE_LIMITED'> {
  readonly limit: Limit
  readonly retryAfterSeconds: number
  constructor(
    code: 'OVERLOADED' | 'RATE_LIMITED',
    message: string,
    { limit, retryAfterSeconds = 5 }: { limit: Limit; retryAfterSeconds?: number },
  ) {
    super(code, message)
    this.limit = limit
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The caller went away before its request had arrived: nobody is left to answer. */
export class CallerGone extends GatewayError<'CALLER_GONE'> {}
