import type { Operation } from '../message/index.js'
import type { JoiningOperation } from '../registration/index.js'

/** What the room speaks: the old contract (viranomaispalvelut.md), and our own beside it (docs/joining.md). */
export type ContractName = 'authority' | 'joining'

export type WireOperation = Operation | JoiningOperation

export const namespaces = {
  authority: 'http://www.suomi.fi/asiointitili',
  joining: 'urn:asiointitili-gateway:liittymispalvelut:1',
} as const satisfies Record<ContractName, string>

/** Wire names of the old operations. */
export const authorityNames = {
  queryCustomers: 'HaeAsiakkaita',
  addItems: 'LisaaKohteita',
  sendMessage: 'LahetaViesti',
  getServiceStatus: 'HaeTilaTieto',
} as const satisfies Record<Operation, string>

const joiningNames = {
  registerService: 'RekisteroiPalvelu',
  getRegistration: 'HaeRekisterointi',
  changeContacts: 'PaivitaYhteystiedot',
  addCertificate: 'LisaaVarmenne',
  retireCertificate: 'PoistaVarmenne',
  withdrawRegistration: 'PeruRekisterointi',
  fetchMessageStatus: 'HaeViestienTila',
} as const satisfies Record<JoiningOperation, string>

/** Wire name of each operation; the first element in the Body has this name and its contract's namespace. */
export const wireNames = { ...authorityNames, ...joiningNames } as const satisfies Record<WireOperation, string>

export const isJoiningOperation = (operation: WireOperation): operation is JoiningOperation =>
  Object.hasOwn(joiningNames, operation)

export const contractOf = (operation: WireOperation): ContractName =>
  isJoiningOperation(operation) ? 'joining' : 'authority'

const byWireName = <Name extends WireOperation>(names: Readonly<Record<Name, string>>): ReadonlyMap<string, Name> =>
  new Map(Object.entries(names).map(([operation, wireName]) => [wireName as string, operation as Name]))

/** The operations of each contract by their wire names. */
export const operationsByWireName: Readonly<Record<ContractName, ReadonlyMap<string, WireOperation>>> = {
  authority: byWireName(authorityNames),
  joining: byWireName(joiningNames),
}
