/** The domain: plain English types, states and rules. Pure; knows no XML, no database, no clock. */
export * from './types.js'
export * from './outcomes.js'
export { emailAddressOf, phoneNumberOf } from './addresses.js'
export {
  channels,
  MASS_FROM,
  priorities,
  type AttemptOutcome,
  type Channel,
  type DeliveryState,
  type Purpose,
} from './deliveries.js'
export { identityClassOf, isForeignTo, sideOf, type IdentityClass } from './identity.js'
export { cleanFileNames } from './file-names.js'
export { mediaTypeOf, mediaTypes, typeTaken } from './media-types.js'
export {
  languages,
  noticeChannels,
  reminderAfter,
  type Language,
  type NoticeChannel,
  type NoticeWishes,
  type ReminderTimes,
} from './notices.js'
export { faultOfPaper, isFinland, isUsableAddress, printFormOf, type PrintForm } from './printing.js'
export {
  faultOfAttachment,
  faultOfItem,
  faultOfRecipient,
  isValidBilling,
  type ItemPolicy,
  type TypeTaken,
} from './rules.js'
export { isFailure, isFinal, mayFollow, states, type StateCode } from './states.js'
