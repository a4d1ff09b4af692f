/**
 * The wire contracts: verified Body → command, result → answer or Fault. Finnish names, codes and prefixes live here
 * and nowhere else; past this room there is no element name and no TilaKoodi. Two contracts are spoken with one voice:
 * the old one, and ours for joining (docs/joining.md).
 */
export { answers, isErrorCode, statusFor, type ErrorCode } from './answers.js'
export { messageStatus, successes, type Status } from './codes.js'
export { conformanceOf, type Conformance } from './conformance.js'
export { decodeCommand } from './decode/command.js'
export { mayBringKey, operationOf } from './decode/operation.js'
export { decodeParty } from './decode/party.js'
export { encodeAccounts, encodeItems, encodeStatus, type AccountAnswer, type ItemAnswer } from './encode/answers.js'
export { restoreAnswer, type AnswerDocument } from './encode/envelope.js'
export { encodeFault } from './encode/fault.js'
export type { AnswerHead } from './encode/parts.js'
export { ContractError } from './errors.js'
export { decodeJoiningCommand, encodeMessageStatuses, encodeRegistration } from './joining/index.js'
export { isJoiningOperation, wireNames, type ContractName, type WireOperation } from './names.js'
export { peek } from './peek.js'
export { judgePushAnswer, type PushAnswer, type PushVerdict } from './return-channel/answer.js'
export {
  encodeMessage,
  encodeRoutingHeader,
  encodeStates,
  type MessagePush,
  type PushHead,
  type StatePush,
} from './return-channel/encode.js'
export { pushNames, pushOperationOf, type Generation, type PushOperation } from './return-channel/names.js'
export {
  conformanceOfPush,
  decodePush,
  encodePushAnswer,
  encodePushFault,
  type ReceivedPush,
} from './return-channel/receive.js'
export { publishedPushFiles, pushDescription } from './return-channel/published.js'
export { publishedSchema, publishedWsdl } from './published.js'
