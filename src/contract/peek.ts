import type { Operation } from '../message/index.js'
import { operationsByWireName } from './names.js'

const OPERATION = new RegExp(`<(?:[\\w.-]+:)?(${[...operationsByWireName.keys()].join('|')})[\\s/>]`)
const EXCHANGE_ID = /<(?:[\w.-]+:)?SanomaTunniste[^<>]*>([^<>&]{1,200})</

/**
 * Guesses what a request that is too large to be read was about, from its first bytes: only to answer in the form the
 * caller can read (viranomaispalvelut.md §11). Nothing is decided by it.
 */
export function peek(head: string): { operation: Operation | null; exchangeId: string | null } {
  const operation = operationsByWireName.get(OPERATION.exec(head)?.[1] ?? '') ?? null
  return { operation, exchangeId: EXCHANGE_ID.exec(head)?.[1]?.trim() ?? null }
}
