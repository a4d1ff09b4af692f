/** The domain: plain English types, states and rules. Pure; knows no XML, no database, no clock. */
export * from './types.js'
export * from './outcomes.js'
export { identityClassOf, isForeignTo, sideOf, type IdentityClass } from './identity.js'
export { cleanFileNames } from './file-names.js'
export { mediaTypeOf } from './media-types.js'
export { faultOfAttachment, faultOfItem, faultOfRecipient, isValidBilling, type ItemPolicy } from './rules.js'
export { isFailure, isFinal, mayFollow, states, type StateCode } from './states.js'
