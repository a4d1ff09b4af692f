import type { Operation } from '../message/index.js'

export const ASIOINTITILI = 'http://www.suomi.fi/asiointitili'

/** Wire name of each operation; the first element in the Body has this name and `ASIOINTITILI` as its namespace. */
export const wireNames = {
  queryCustomers: 'HaeAsiakkaita',
  addItems: 'LisaaKohteita',
  sendMessage: 'LahetaViesti',
  getServiceStatus: 'HaeTilaTieto',
} as const satisfies Record<Operation, string>

export const operationsByWireName: ReadonlyMap<string, Operation> = new Map(
  Object.entries(wireNames).map(([operation, wireName]) => [wireName, operation as Operation]),
)
