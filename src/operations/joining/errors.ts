import { SenderError } from '../../errors.js'

export type JoiningErrorCode =
  | 'JOINING_CODE_INVALID'
  | 'SERVICE_EXISTS'
  | 'CERTIFICATE_TAKEN'
  | 'CERTIFICATE_LAST'
  | 'CERTIFICATE_LIMIT'
  | 'CERTIFICATE_NOT_REGISTERED'
  | 'CERTIFICATE_CONFLICT'
  | 'CURSOR_INVALID'

/** A request of the joining contract that contradicts what is registered, or has no leave. */
export class JoiningError extends SenderError<JoiningErrorCode> {}
