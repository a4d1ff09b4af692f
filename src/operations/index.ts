/**
 * What can be asked of the gateway, by authorities and by operators, one file each: commands in, domain rules, one
 * transaction, results out. Knows no XML and no wire code.
 */
export { addItems, type AddItemsResult } from './add-items.js'
export { CallerError, identify, judgeOperation, type Caller, type CallerErrorCode, type Service } from './caller.js'
export { findCallers, hashApiKey, type Connection } from './connection.js'
export type { Context, OperationPolicy, Received, Recorder, Submitted } from './context.js'
export * as joining from './joining/index.js'
export * as mailbox from './mailbox/index.js'
export { getServiceStatus } from './get-status.js'
export { isReady, recordRefusal, recordRepeat, recordSubmission, type Submission } from './message-log.js'
export * as operators from './operators/index.js'
export { queryCustomers, type AccountFound } from './query-customers.js'
export { findFirstAnswer, keepAnswer, RequestRepeated } from './repeats.js'
export { sendMessage, type SendMessageResult } from './send-message.js'
export type { Tx } from '../store/index.js'
