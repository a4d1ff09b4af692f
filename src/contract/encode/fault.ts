import { escapeXml } from '../../xml/index.js'
import { answers, type ErrorCode } from '../answers.js'
import { wrap } from './envelope.js'

/** A SOAP 1.1 Fault with fixed text; the trace id leads the operator to the whole story. Source: SOAP 1.1 §4.4. */
export function encodeFault(code: ErrorCode, traceId: string): string {
  const answer = answers[code]
  const { faultCode, text } =
    answer.kind === 'fault' ? answer : { faultCode: 'Server', text: 'The request could not be served' }
  const detail = `<gateway:error xmlns:gateway="urn:asiointitili-gateway:error"><gateway:code>${code}</gateway:code><gateway:traceId>${escapeXml(traceId)}</gateway:traceId></gateway:error>`
  return wrap(
    'soap',
    `<soap:Fault><faultcode>soap:${faultCode}</faultcode><faultstring>${escapeXml(text)}. Trace ID: ${escapeXml(traceId)}</faultstring><detail>${detail}</detail></soap:Fault>`,
  )
}
