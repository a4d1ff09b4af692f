import { contractOf, isJoiningOperation, namespaces, wireNames, type WireOperation } from '../names.js'

const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/**
 * Prefixes that clients read literally (clients.md R1): LahetaViesti answers are `soap` around elements without a
 * prefix; all others of the old contract are `soapenv` around `asi`. Those of our own contract are like them.
 */
interface Form {
  readonly envelope: 'soap' | 'soapenv'
  readonly payload: '' | 'asi' | 'liit'
}

function formOf(operation: WireOperation): Form {
  if (operation === 'sendMessage') return { envelope: 'soap', payload: '' }
  return { envelope: 'soapenv', payload: isJoiningOperation(operation) ? 'liit' : 'asi' }
}

/** An answer before it is signed. `write` puts it around what a signature adds. */
export interface AnswerDocument {
  /** content of the Body */
  readonly body: string
  write(security?: { readonly bodyAttributes: string; readonly header: string }): string
}

/** Writes elements of the answer in the prefix that the operation's answers have. */
export type ElementWriter = (name: string, content: string, attributes?: string) => string

export function answerDocument(operation: WireOperation, content: (element: ElementWriter) => string): AnswerDocument {
  const { payload } = formOf(operation)
  const prefix = payload === '' ? '' : `${payload}:`
  const element: ElementWriter = (name, inner, attributes = '') =>
    `<${prefix}${name}${attributes}>${inner}</${prefix}${name}>`
  const name = wireNames[operation]
  const declaration = ` xmlns${payload === '' ? '' : `:${payload}`}="${namespaces[contractOf(operation)]}"`
  const body = element(`${name}Response`, element(`${name}Result`, content(element)), declaration)
  return restoreAnswer(operation, body)
}

/** An answer whose Body was written before. */
export const restoreAnswer = (operation: WireOperation, body: string): AnswerDocument => ({
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
