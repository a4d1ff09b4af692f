import { SenderError } from '../errors.js'

export type RegistrationErrorCode = 'PROCESS_INVALID' | 'SETTINGS_INVALID' | 'MOVE_NOT_POSSIBLE'

/** What somebody wants to do to a registration contradicts what it is, or is not of the right form. */
export class RegistrationError extends SenderError<RegistrationErrorCode> {}
