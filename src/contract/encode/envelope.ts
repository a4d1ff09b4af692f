import type { Operation } from '../../message/index.js'
import { ASIOINTITILI, wireNames } from '../names.js'

const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/**
 * Prefixes that clients read literally (clients.md R1): LahetaViesti answers are `soap` around elements without a
 * prefix; all others are `soapenv` around `asi`.
 */
interface Form {
  readonly envelope: 'soap' | 'soapenv'
  readonly payload: '' | 'asi:'
}

const formOf = (operation: Operation): Form =>
  operation === 'sendMessage' ? { envelope: 'soap', payload: '' } : { envelope: 'soapenv', payload: 'asi:' }

/** An answer before it is signed. `write` puts it around what a signature adds. */
export interface AnswerDocument {
  /** content of the Body */
  readonly body: string
  write(security?: { readonly bodyAttributes: string; readonly header: string }): string
}

/** Writes elements of the answer in the prefix that the operation's answers have. */
export type ElementWriter = (name: string, content: string, attributes?: string) => string

export function answerDocument(operation: Operation, content: (element: ElementWriter) => string): AnswerDocument {
  const { payload } = formOf(operation)
  const element: ElementWriter = (name, inner, attributes = '') =>
    `<${payload}${name}${attributes}>${inner}</${payload}${name}>`
  const name = wireNames[operation]
  const declaration = payload === '' ? ` xmlns="${ASIOINTITILI}"` : ` xmlns:asi="${ASIOINTITILI}"`
  const body = element(`${name}Response`, element(`${name}Result`, content(element)), declaration)
  return restoreAnswer(operation, body)
}

/** An answer whose Body was written before. */
export const restoreAnswer = (operation: Operation, body: string): AnswerDocument => ({
  body,
  write: (security) => wrap(formOf(operation).envelope, body, security),
})

export function wrap(prefix: string, body: string, security = { bodyAttributes: '', header: '' }): string {
  const header = security.header === '' ? '' : `<${prefix}:Header>${security.header}</${prefix}:Header>`
  return (
    `${DECLARATION}<${prefix}:Envelope xmlns:${prefix}="${SOAP11}">${header}` +
    `<${prefix}:Body${security.bodyAttributes}>${body}</${prefix}:Body></${prefix}:Envelope>`
  )
}
