/** What is of the joining contract alone (docs/joining.md); envelope, status block and readers are those of the room. */
export { decodeJoiningCommand } from './command.js'
export { encodeMessageStatuses } from './encode-statuses.js'
export { encodeRegistration } from './encode-registration.js'
