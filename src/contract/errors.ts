import { SenderError } from '../errors.js'

/** Faults of a whole request that only reading it as a command can show. */
export type ContractErrorCode = 'OPERATION_UNKNOWN' | 'REQUEST_INVALID'

export class ContractError extends SenderError<ContractErrorCode> {}
