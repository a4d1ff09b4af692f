/**
 * The wire contract: verified Body → command, result → answer or Fault. Finnish names, codes and prefixes live here
 * and nowhere else; past this room there is no element name and no TilaKoodi.
 */
export { answers, isErrorCode, statusFor, type ErrorCode } from './answers.js'
export { messageStatus, successes, type Status } from './codes.js'
export { conformanceOf, type Conformance } from './conformance.js'
export { decodeCommand, operationOf } from './decode/command.js'
export { decodeParty } from './decode/party.js'
export {
  encodeAccounts,
  encodeItems,
  encodeStatus,
  type AccountAnswer,
  type AnswerHead,
  type ItemAnswer,
} from './encode/answers.js'
export { restoreAnswer, type AnswerDocument } from './encode/envelope.js'
export { encodeFault } from './encode/fault.js'
export { ContractError } from './errors.js'
export { wireNames } from './names.js'
export { peek } from './peek.js'
export { publishedSchema, publishedWsdl } from './published.js'
