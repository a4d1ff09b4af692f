/**
 * What operators do: to registrations and settings, with joining codes, to deliveries, and to their own list. All of it
 * audited.
 */
export { issueJoiningCode, nameOfCode, revokeJoiningCode, type CodeRequest } from './codes.js'
export { cancel as cancelDelivery, pause as pauseDelivery, resend, resume as resumeDelivery } from './deliveries.js'
export { DeliveryError } from './errors.js'
export { addOperator, findOperator, removeOperator } from './people.js'
export {
  approveRegistration,
  attachFile,
  changeEnvironment,
  changeServiceSettings,
  createDraft,
  moveService,
  recordPart,
  type Act,
  type Acted,
} from './registrations.js'
export { findFacts, missingOf } from '../joining/view.js'
