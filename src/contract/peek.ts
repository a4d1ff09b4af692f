import { operationsByWireName, type ContractName, type WireOperation } from './names.js'

const startTagOf = (contract: ContractName): RegExp =>
  new RegExp(`<(?:[\\w.-]+:)?(${[...operationsByWireName[contract].keys()].join('|')})[\\s/>]`)
const START_TAGS = { authority: startTagOf('authority'), joining: startTagOf('joining') }
const EXCHANGE_ID = /<(?:[\w.-]+:)?SanomaTunniste[^<>]*>([^<>&]{1,200})</

/**
 * Guesses what a request that is too large to be read was about, from its first bytes: only to answer in the form the
 * caller can read (viranomaispalvelut.md §11). Nothing is decided by it.
 */
export function peek(
  head: string,
  contract: ContractName,
): { operation: WireOperation | null; exchangeId: string | null } {
  const operation = operationsByWireName[contract].get(START_TAGS[contract].exec(head)?.[1] ?? '') ?? null
  return { operation, exchangeId: EXCHANGE_ID.exec(head)?.[1]?.trim() ?? null }
}
