import { ContractError } from '../errors.js'

/** A fault of one element, named by its path in the request; told in English to the log, in Finnish to the caller. */
export const unusable = (name: string, english: string, finnish: string): ContractError =>
  new ContractError('REQUEST_INVALID', `${name} ${english}`, { detailFi: `${name} ${finnish}` })

export const missing = (name: string): ContractError => unusable(name, 'is missing', 'puuttuu')

export const tooLong = (name: string, max: number): ContractError =>
  unusable(name, `is longer than ${max} characters`, `on yli ${max} merkkiä pitkä`)
