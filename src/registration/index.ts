/**
 * How an authority's service joins: states and the moves between them, what has to be there before it is opened, the
 * joining process as data, and the settings of a service. Pure; knows no XML, no database, no clock.
 */
export { RegistrationError } from './errors.js'
export * from './process.js'
export * from './questions.js'
export * from './requirements.js'
export { requirementTexts } from './requirement-texts.js'
export type { ReturnChannel } from './return-channel.js'
export * from './settings.js'
export * from './states.js'
export { isReported, type ReceiptWishes } from './receipts.js'
export type * from './types.js'
