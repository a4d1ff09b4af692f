import { GatewayError } from '../errors.js'

/** A key file that cannot be used; the message names the file and what to do, never what the file holds. */
export class KeyError extends GatewayError<'KEY_FILE'> {
  constructor(message: string, options?: ErrorOptions) {
    super('KEY_FILE', message, options)
  }
}
