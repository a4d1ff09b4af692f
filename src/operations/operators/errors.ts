import { SenderError } from '../../errors.js'

/** What an operator wants to do to a delivery contradicts what it is. */
export class DeliveryError extends SenderError<'DELIVERY_UNKNOWN' | 'DELIVERY_UNDER_WAY' | 'DELIVERY_FINISHED'> {}
