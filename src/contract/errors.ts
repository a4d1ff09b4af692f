import { SenderError } from '../errors.js'

/** Faults of a whole request that only reading it as a command can show. */
export type ContractErrorCode = 'OPERATION_UNKNOWN' | 'REQUEST_INVALID'

export class ContractError extends SenderError<ContractErrorCode> {
  /** What is wrong, for the caller, in Finnish; names elements and never quotes what stands in them. */
  readonly detailFi: string | null
  constructor(code: ContractErrorCode, message: string, options: { detailFi?: string; cause?: unknown } = {}) {
    super(code, message, options)
    this.detailFi = options.detailFi ?? null
  }
}
