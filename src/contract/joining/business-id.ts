import { FinnishBusinessIds } from 'finnish-business-ids'

/** Whether this is a business id (Y-tunnus) in the form `1234567-8` with the right check digit. */
export const isBusinessId = (written: string): boolean => FinnishBusinessIds.isValidBusinessId(written)
