import type { Operation } from '../../message/index.js'
import type { JoiningOperation } from '../../registration/index.js'
import type { XmlElement } from '../../xml/index.js'
import { ContractError } from '../errors.js'
import { namespaces, operationsByWireName, type ContractName, type WireOperation } from '../names.js'

/** What may be signed with a key that is not registered yet, because it brings that key. */
const BRING_KEYS: readonly WireOperation[] = ['registerService', 'addCertificate']

/** Whether a request, of whichever contract, may be signed with a key that nobody has registered. */
export const mayBringKey = ({ namespace, local }: XmlElement): boolean =>
  namespace === namespaces.joining && BRING_KEYS.includes(operationsByWireName.joining.get(local) as WireOperation)

/**
 * The operation a request means: the name of the first element in the Body, and nothing else. The SOAPAction header
 * is unsigned and ignored (clients.md R10). An operation of one contract is unknown where the other one is spoken.
 * @throws ContractError OPERATION_UNKNOWN
 */
export function operationOf(payload: XmlElement, contract: 'authority'): Operation
export function operationOf(payload: XmlElement, contract: 'joining'): JoiningOperation
export function operationOf(payload: XmlElement, contract: ContractName): WireOperation
export function operationOf(payload: XmlElement, contract: ContractName): WireOperation {
  const isOurs = payload.namespace === namespaces[contract]
  const operation = isOurs ? operationsByWireName[contract].get(payload.local) : undefined
  if (operation === undefined)
    throw new ContractError('OPERATION_UNKNOWN', 'The Body holds no operation of this interface')
  return operation
}
